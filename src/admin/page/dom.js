// The little this page needs of a framework. Text only ever becomes text: nothing here, and nothing
// anywhere on the page, makes markup of data.

export function el(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
}

/** Writes only what has changed, so that a selection or a screen reader is left in peace. */
export function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node, name, value) {
    if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

const kept = new WeakMap();

/**
 * Gives `parent` one child per item, in order. A child stays for as long as its key is there.
 * `make(item)` returns its parts, `root` among them; `update(parts, item)` fills them.
 */
export function keep(parent, items, { key, make, update }) {
    const before = kept.get(parent) ?? new Map();
    const after = new Map();
    items.forEach((item, position) => {
        const id = key(item);
        const parts = before.get(id) ?? make(item);
        after.set(id, parts);
        before.delete(id);
        update(parts, item);
        const here = parent.children[position];
        if (here !== parts.root) parent.insertBefore(parts.root, here ?? null);
    });
    for (const gone of before.values()) gone.root.remove();
    kept.set(parent, after);
}

/** Fills a select; what was chosen stays chosen while it is still offered. */
export function setOptions(select, values) {
    const offered = [...select.options].map((option) => option.value);
    if (offered.length === values.length && offered.every((v, i) => v === values[i])) return;
    const chosen = select.value;
    select.replaceChildren(...values.map((value) => el("option", { value }, value)));
    if (values.includes(chosen)) select.value = chosen;
}
