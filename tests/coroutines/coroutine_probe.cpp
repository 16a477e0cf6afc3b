// Which spellings of co_await does this compiler get right? Usage: coroutine_probe <case>. Prints
// "ok" and exits 0 when the compiler got the case right; built with AddressSanitizer, because the
// wrong ones destroy a temporary twice. The forbidden ones fail with g++ 12.2, all pass with clang
// 16: see docs/decisions/0001. tests/tidy refuses them in our own code.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;

namespace {

const std::string text = "long enough to defeat the small string optimisation";
bool right = false;

void expect(bool good) { right = good; }

struct Aggregate {
    std::string name;
    int n = 0;
};

struct Outer {
    Aggregate inner;
    int n = 0;
};

struct Constructed {
    Constructed(std::string s, int i) : name(std::move(s)), n(i) {}
    std::string name;
    int n;
};

awaitable<void> nap() {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, std::chrono::milliseconds(1));
    co_await timer.async_wait(use_awaitable);
}

awaitable<int> one() {
    co_await nap();
    co_return 1;
}

awaitable<Aggregate> make() {
    co_await nap();
    Aggregate made{text, 1};
    co_return made;
}

awaitable<std::size_t> take(Aggregate taken) {
    co_await nap();
    co_return taken.name.size();
}

awaitable<std::size_t> take(Constructed taken) {
    co_await nap();
    co_return taken.name.size();
}

template <class F>
awaitable<std::size_t> call(F f) {
    co_await nap();
    co_return f();
}

// What tests/tidy refuses.

awaitable<void> aggregate_argument() {
    const auto n = co_await take(Aggregate{text, 1});
    expect(n == text.size());
}

awaitable<void> designated_argument() {
    const auto n = co_await take(Aggregate{.name = text, .n = 1});
    expect(n == text.size());
}

awaitable<void> closure_argument() {
    std::string s = text;
    const auto n = co_await call([s] { return s.size(); });
    expect(n == text.size());
}

awaitable<void> spawned_closure() {
    std::string s = text;
    asio::co_spawn(
        co_await asio::this_coro::executor,
        [s]() -> awaitable<void> {
            co_await nap();
            expect(s == text);
        },
        asio::detached);
    for (int i = 0; i < 5; ++i) { co_await nap(); }
}

awaitable<void> conditional_operator() {
    bool yes = true;
    Aggregate made = yes ? co_await make() : Aggregate{"x", 0};
    expect(made.name == text);
}

awaitable<void> aggregate_initialiser() {
    std::pair<int, Aggregate> bystander;
    Outer outer{co_await make(), 2};
    expect(outer.inner.name == text && bystander.first == 0);
}

awaitable<void> condition_without_locals() {
    if (co_await one() == 1) { expect(true); }
}

awaitable<void> invoked_closure() {
    const auto n = co_await [s = text]() -> awaitable<std::size_t> {
        co_await nap();
        co_return s.size();
    }();
    expect(n == text.size());
}

#ifdef __clang__  // g++ 12 says "array used as initializer"
awaitable<void> list_initialiser() {
    std::vector<std::string> both{text, (co_await make()).name};
    expect(both.size() == 2);
}
#endif

// What to write instead.

awaitable<void> named_argument() {
    Aggregate named{text, 1};
    const auto n = co_await take(std::move(named));
    expect(n == text.size());
}

awaitable<void> constructed_argument() {
    const auto n = co_await take(Constructed(text, 1));
    expect(n == text.size());
}

awaitable<void> named_closure() {
    auto closure = [s = text] { return s.size(); };
    const auto n = co_await call(std::move(closure));
    expect(n == text.size());
}

awaitable<void> named_child() {
    const auto executor = co_await asio::this_coro::executor;
    auto child = [s = text]() -> awaitable<void> {
        co_await nap();
        expect(s == text);
    };
    asio::co_spawn(executor, std::move(child), asio::detached);
    for (int i = 0; i < 5; ++i) { co_await nap(); }
}

awaitable<void> named_condition() {
    const int value = co_await one();
    if (value == 1) { expect(true); }
}

awaitable<void> tuple_binding() {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, std::chrono::milliseconds(1));
    const auto [ec] = co_await timer.async_wait(asio::as_tuple(use_awaitable));
    expect(!ec);
}

awaitable<void> returned_aggregate() {
    const Aggregate made = co_await make();
    expect(made.name == text);
}

const std::map<std::string, awaitable<void> (*)()> cases = {
    {"aggregate_argument", aggregate_argument},
    {"designated_argument", designated_argument},
    {"closure_argument", closure_argument},
    {"spawned_closure", spawned_closure},
    {"conditional_operator", conditional_operator},
    {"aggregate_initialiser", aggregate_initialiser},
    {"condition_without_locals", condition_without_locals},
    {"invoked_closure", invoked_closure},
#ifdef __clang__
    {"list_initialiser", list_initialiser},
#endif
    {"named_argument", named_argument},
    {"constructed_argument", constructed_argument},
    {"named_closure", named_closure},
    {"named_child", named_child},
    {"named_condition", named_condition},
    {"tuple_binding", tuple_binding},
    {"returned_aggregate", returned_aggregate},
};

}  // namespace

int main(int argc, char** argv) {
    const auto chosen = argc == 2 ? cases.find(argv[1]) : cases.end();
    if (chosen == cases.end()) {
        std::fputs("usage: coroutine_probe <case>\n", stderr);
        return 2;
    }
    asio::io_context io(1);
    bool finished = false;
    asio::co_spawn(io, chosen->second(), [&](std::exception_ptr e) { finished = !e; });
    io.run();
    std::puts(!finished ? "never finished" : right ? "ok" : "wrong value");
    return finished && right ? 0 : 1;
}
