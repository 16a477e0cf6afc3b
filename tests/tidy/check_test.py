"""The checker must be able to fail: each rule gets a snippet it refuses and one it lets pass."""

import pathlib
import unittest

import layers
import rules
import source

TABLE = layers.Layers((pathlib.Path(__file__).parent / "layers.txt").read_text())


def coroutine(body, is_test=False):
    code = source.strip("task<int> f(int c) {\n" + body + "\n}\n")
    return [message for _, message in rules.coroutines(source.read(code), is_test)]


class CoroutineShapes(unittest.TestCase):
    def test_refused(self):
        for body in (
                "auto n = co_await take(Aggregate{text, 1});",
                "auto n = co_await take({.name = text});",
                "auto n = co_await call([s] { return s.size(); });",
                "co_spawn(co_await executor(), std::move(child), done);",
                "auto a = c ? co_await make() : other;",
                "const auto n = co_await take(c ? a : b);",
                "const Outer o{co_await make(), 2};",
                "std::vector<int> v{x, co_await y()};",
                "std::vector<int> v{\n    x,\n    co_await y()};",
                "if (co_await one() == 1) { ok(); }",
                "if (auto n = co_await one(); n == 1) { ok(); }",
                "while (co_await one()) {}",
                "for (; co_await more();) {}",
                "switch (co_await one()) { case 1: break; }",
                "if (c) { x(); } else if (co_await one()) { y(); }",
                "auto n = co_await a(co_await b());",
                "auto n = co_await a() + co_await b();",
                "auto n = 1 + co_await a();",
                "use(co_await a());",
                "const bool same = x == co_await a();",
                "co_return Reply{co_await a()};",
                "for (;;) { case_one: f(c ? co_await a() : 1); }",
                "auto child = [s]() -> task<void> { co_await nap(); };",
                "auto child = [=] { co_await nap(); };",
        ):
            with self.subTest(body):
                self.assertTrue(coroutine(body))

    def test_a_condition_is_named_as_one(self):
        for body in ("if (co_await one()) { ok(); }", "while (co_await one()) {}"):
            self.assertIn("condition", coroutine(body)[0])

    def test_allowed(self):
        for body in (
                "co_await nap();",
                "(void)co_await nap();",
                "const auto v = co_await f(a, std::move(b));",
                "const auto [ec, n] = co_await op(buffer, use_tuple);",
                "v = co_await f(a);",
                "state.pending[2] = co_await f(a);",
                "co_return co_await f(a);",
                "if (c) { co_return last; }",
                "if (c) { co_await nap(); } else { co_await one(); }",
                "for (;;) { co_await nap(); }",
                "switch (c) { case A::b: co_await nap(); break; default: co_await one(); }",
                "switch (c) { case A::b:\ncase A::d: co_await nap(); break; }",
                "const Aggregate a{text, 1};\nco_await take(a);",
                "auto f = [s] { return s.size(); };\nco_await call(f);",
                "try { co_await nap(); } catch (const std::exception& e) { log(e); }",
                "// co_await in a comment? c ? co_await a() : b\nco_await nap();",
                'log("c ? co_await a() : b");',
                "auto child = []() -> task<void> { co_await nap(); };",
                "co_await (read() || timer);",
        ):
            with self.subTest(body):
                self.assertEqual(coroutine(body), [])

    def test_lambda_capturing_by_reference_is_for_tests_only(self):
        body = "auto child = [&]() -> task<void> { co_await nap(); };"
        self.assertTrue(coroutine(body))
        self.assertEqual(coroutine(body, is_test=True), [])
        self.assertTrue(coroutine(body.replace("[&]", "[&, s]"), is_test=True))


class Arrows(unittest.TestCase):
    def findings(self, path, include):
        return list(TABLE.check(path, f"#include {include}\n"))

    def test_upward_and_foreign_includes_are_refused(self):
        for path, include in (
                ("src/policy/breaker.cpp", '"wire/head.hpp"'),
                ("src/wire/head.cpp", '"spillway/policy/quota.hpp"'),
                ("src/net/pool.cpp", '"fleet/fleet.hpp"'),
                ("src/sim/resource.cpp", '"wire/head.hpp"'),
                ("src/proxy/relay.cpp", '"admin/admin.hpp"'),
                ("src/wire/inspect.cpp", "<boost/asio.hpp>"),
                ("src/proxy/session.cpp", "<nlohmann/json.hpp>"),
                ("src/admin/admin.cpp", "<yaml-cpp/yaml.h>"),
                ("src/net/pool.cpp", '"pool.hpp"'),
                ("src/helpers/x.cpp", "<vector>"),
                ("include/spillway/policy/breaker.hpp", "<boost/asio.hpp>"),
                ("include/spillway/result.hpp", "<sys/socket.h>"),
                ("include/spillway/result.hpp", '"spillway/config.hpp"'),
                ("include/spillway/gateway.hpp", '"app/worker.hpp"'),
        ):
            with self.subTest(path + " " + include):
                self.assertTrue(self.findings(path, include))

    def test_downward_includes_are_fine(self):
        for path, include in (
                ("src/policy/breaker.cpp", '"spillway/policy/breaker.hpp"'),
                ("src/policy/breaker.cpp", '"spillway/time.hpp"'),
                ("src/proxy/session.cpp", '"wire/head.hpp"'),
                ("src/proxy/session.cpp", "<boost/asio/buffer.hpp>"),
                ("src/wire/inspect.cpp", "<simdjson.h>"),
                ("src/app/gateway.cpp", '"spillway/gateway.hpp"'),
                ("include/spillway/result.hpp", "<boost/system/result.hpp>"),
                ("include/spillway/config.hpp", '"spillway/policy/breaker.hpp"'),
        ):
            with self.subTest(path + " " + include):
                self.assertEqual(self.findings(path, include), [])

    def test_a_source_includes_its_own_header_first(self):
        def exists(name):
            return name in ("src/net/pool.hpp", "include/spillway/policy/quota.hpp")
        good = '#include "net/pool.hpp"\n#include <vector>\n'
        late = '#include <vector>\n#include "net/pool.hpp"\n'
        policy = '#include <vector>\n#include "spillway/policy/quota.hpp"\n'
        self.assertEqual(list(layers.own_header_first("src/net/pool.cpp", good, exists)), [])
        self.assertTrue(list(layers.own_header_first("src/net/pool.cpp", late, exists)))
        self.assertTrue(list(layers.own_header_first("src/policy/quota.cpp", policy, exists)))


class Bans(unittest.TestCase):
    def test_each_banned_word_is_refused_where_it_is_banned(self):
        for layer, code in (
                ("policy", "auto t = Clock::now();"),
                ("fleet", "auto t = std::chrono::steady_clock::now();"),
                ("proxy", "std::mutex m;"),
                ("net", "#include <mutex>"),
                ("policy", "std::atomic<int> n;"),
                ("proxy", "auto self = shared_from_this();"),
                ("net", "co_spawn(io, run(), asio::detached);"),
                ("config", "std::regex r;"),
                ("admin", "#include <iostream>"),
                ("sim", "volatile int x;"),
                ("wire", "#define LIMIT 3"),
                ("wire", "using namespace std;"),
                ("proxy", "void write(Head& head, bool last);"),
        ):
            with self.subTest(code):
                self.assertTrue(list(rules.bans(layer, code)))

    def test_the_same_words_pass_where_they_belong(self):
        for layer, code in (
                ("net", "const auto now = Clock::now();"),
                ("fleet", "std::atomic<int> n;"),
                ("admin", "std::mutex m;"),
                ("base", "#define SW_ASSERT(c) check(c)"),
                ("proxy", "bool is_open() const;"),
                ("policy", "nowhere(now);"),
                ("wire", "using namespace std::chrono_literals;"),
        ):
            with self.subTest(code):
                self.assertEqual(list(rules.bans(layer, code)), [])


class Sizes(unittest.TestCase):
    def test_text_rules(self):
        self.assertTrue(list(rules.text("src/net/string_utils.hpp", "#pragma once\n")))
        self.assertTrue(list(rules.text("src/net/a.cpp", "x\n" * 401)))
        self.assertTrue(list(rules.text("src/net/a.cpp", "x" * 101)))
        self.assertTrue(list(rules.text("src/net/a.hpp", "int x;\n")))
        self.assertTrue(list(rules.text("src/net/a.cpp", "// TODO later\n")))
        self.assertEqual(list(rules.text("src/net/a.cpp", "// TODO #12 later\n" + "é" * 100)), [])

    def test_function_length_counts_from_header_to_brace(self):
        def findings(lines):
            text = "namespace x {\nclass Y {\nvoid f(int a) {\n" + "g();\n" * lines + "}\n};\n}\n"
            return list(rules.functions(source.read(source.strip(text))))
        self.assertEqual(findings(68), [])
        self.assertEqual([line for line, _ in findings(69)], [3])

    def test_constructor_with_initialisers_is_one_function(self):
        shape = source.read("struct A {\nA(int n) : n_{n}, m_(2) {\nf();\n}\n};\n")
        self.assertEqual([function.lines for function in shape.functions], [3])


if __name__ == "__main__":
    unittest.main()
