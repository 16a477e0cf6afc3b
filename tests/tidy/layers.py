"""The arrows between folders: who may include whom, and where a third-party header belongs."""

import re

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"(?P<own>[^"]+)"|<(?P<system>[^>]+)>)', re.M)


class Layers:
    def __init__(self, table):
        self.may_include, self.layer_of_file, self.only = {}, {}, {}
        for line in table.splitlines():
            line = line.split("#")[0].strip()
            if not line:
                continue
            subject, _, objects = line.partition(":")
            if subject.startswith("file "):
                self.layer_of_file[subject[5:].strip()] = objects.strip()
            elif subject.startswith("only "):
                self.only[subject[5:].strip()] = set(objects.split())
            else:
                self.may_include[subject.strip()] = set(objects.split())

    def layer(self, path):
        """The layer of a repository path; None outside src/ and include/."""
        if path in self.layer_of_file:
            return self.layer_of_file[path]
        parts = path.split("/")
        if path.startswith("include/spillway/"):
            return parts[2] if len(parts) > 3 else "base"
        if path.startswith("src/") and len(parts) > 2:
            return parts[1]
        return None

    def _target(self, included):
        if included.startswith("spillway/"):
            return self.layer("include/" + included)
        return self.layer("src/" + included)

    def _own(self, path, layer, included):
        target = self._target(included)
        if path.startswith("include/") and not included.startswith("spillway/"):
            return f'public headers include only "spillway/...", std and boost/system: "{included}"'
        if target is None:
            return f'write the path from src/ or include/: "{included}"'
        if target not in self.may_include:
            return f'unknown layer {target}: add it to tests/tidy/layers.txt'
        if target != layer and target not in self.may_include[layer]:
            return f'{layer} must not look at {target}: "{included}"'
        return None

    def _system(self, path, layer, included):
        if path.startswith("include/"):
            if not re.fullmatch(r"[a-z_0-9]+|boost/system/.*", included):
                return f"public headers include only std and boost/system: <{included}>"
        for prefix, layers in self.only.items():
            if re.match(re.escape(prefix) + r"(?:[/.]|$)", included) and layer not in layers:
                return f"<{included}> belongs to {' '.join(sorted(layers))}, not to {layer}"
        return None

    def check(self, path, raw):
        """Yields (line, message). Takes the raw text: stripping blanks the names of own headers."""
        layer = self.layer(path)
        if layer is None:
            return
        if layer not in self.may_include:
            yield 1, f"unknown layer {layer}: add it to tests/tidy/layers.txt"
            return
        for found in _INCLUDE.finditer(raw):
            own, system = found.group("own"), found.group("system")
            rule = self._own(path, layer, own) if own else self._system(path, layer, system)
            if rule:
                yield raw.count("\n", 0, found.start()) + 1, rule


def own_header_first(path, raw, exists):
    """A source includes its own header first: the build then proves that it compiles alone."""
    if not path.startswith("src/") or not path.endswith(".cpp"):
        return
    name = path[len("src/"):-len(".cpp")] + ".hpp"
    header = next((h for h in ("spillway/" + name, "spillway/" + name.split("/", 1)[-1], name)
                   if exists("include/" + h) or exists("src/" + h)), None)
    first = _INCLUDE.search(raw)
    if header and (not first or first.group("own") != header):
        yield 1, f'include "{header}" first, so that the build proves it compiles alone'
