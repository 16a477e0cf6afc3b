// The schema that editors load, judged by a validator that is not ours: it accepts every example and
// refuses what the loader refuses for its form. Run by test_schema.py, which sets NODE_MODULES to build/node.
import assert from 'node:assert';
import {readdirSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import test from 'node:test';

const require = createRequire(join(process.env.NODE_MODULES, 'package.json'));
const Ajv = require('ajv').default;
const YAML = require('yaml');

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');
const schema = JSON.parse(readFileSync(join(root, 'config/spillway.schema.json'), 'utf8'));
const validate = new Ajv({strict: true, allowUnionTypes: true, allErrors: true}).compile(schema);
const table = (...path) => YAML.parse(readFileSync(join(root, ...path), 'utf8'));

for (const name of readdirSync(join(root, 'config/examples'))) {
    test(`accepts ${name}`, () => {
        assert.ok(validate(table('config/examples', name)), JSON.stringify(validate.errors));
    });
}

// Where the form alone is wrong. What has to hold between values only the loader knows.
const refused = [
    '15-unknown-top-level-key', '16-unknown-key-of-a-deployment', '18-missing-sections',
    '19-missing-endpoint-and-resource',
    '21-key-where-a-map-belongs', '22-flat-tiers', '23-no-value', '25-bad-names',
    '26-duration-without-unit', '27-duration-in-other-spellings', '28-count-in-other-spellings',
    '29-size-in-other-spellings', '30-whole-numbers', '31-yaml-1-1-truth', '32-rates',
    '33-out-of-range', '34-limit-of-zero', '35-unknown-choice', '46-listen-forms',
];
for (const name of refused) {
    test(`refuses ${name}`, () => {
        assert.equal(validate(table('tests/unit/config/broken', `${name}.yaml`)), false);
    });
}

const changes = {
    'a variable in place of a number': [(t) => { t.workers = '${WORKERS:-2}'; }, true],
    'a plain size': [(t) => { t.limits = {body_bytes: 65536}; }, true],
    'a list of listeners': [(t) => { t.listen = [{address: '[::1]:8080'}, '127.0.0.1:0']; }, true],
    'a section that is empty': [(t) => { t.defaults = null; }, true],
    'a listener without address': [(t) => { t.listen = [{tls: null}]; }, false],
    'an endpoint without scheme': [(t) => { t.resources.east.endpoint = 'a.com'; }, false],
    'a weight of 0': [(t) => { t.deployments['gpt-4o-east'].weight = 0; }, false],
};
for (const [what, [change, accepted]] of Object.entries(changes)) {
    test(`${accepted ? 'accepts' : 'refuses'} ${what}`, () => {
        const changed = table('config/examples/minimal.yaml');
        change(changed);
        assert.equal(validate(changed), accepted, JSON.stringify(validate.errors));
    });
}
