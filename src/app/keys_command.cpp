#include "app/keys_command.hpp"

#include "config/key_hash.hpp"
#include "identity/caller_key.hpp"
#include "identity/token_text.hpp"

#include <istream>
#include <ostream>

namespace spillway {

namespace {

constexpr std::size_t good_key_bytes = 32;

void explain_line(Terminal terminal) {
    terminal.err << "The key's line for the table, under callers: NAME: {keys: [\"...\"]}:\n";
}

}  // namespace

ExitCode new_key(const std::string& id, Terminal terminal) {
    if (!id.empty() && !is_new_key_id(id)) {
        terminal.err << "spillway keys new: an id has letters, digits and -, at most 32\n";
        return ExitCode::usage;
    }
    const NewKey made = make_key(id.empty() ? make_key_id() : id);
    terminal.err << "The key. Give it to the caller; it is not shown again:\n";
    terminal.out << made.key.reveal() << std::endl;  // before the words that follow it
    explain_line(terminal);
    terminal.out << format_key_hash(made.hash) << "\n";
    return ExitCode::fine;
}

ExitCode hash_existing_key(std::istream& in, Terminal terminal) {
    std::string line;
    std::getline(in, line);
    if (line.ends_with('\r')) { line.pop_back(); }
    const Secret key(std::move(line));
    if (!is_usable_key(key.reveal()) || is_token_shaped(key.reveal())) {
        terminal.err << "spillway keys hash: the first line of stdin is no key: " << key_bytes_min
                     << " to " << key_bytes_max << " visible characters, and no token (JWT)\n";
        return ExitCode::wrong_input;
    }
    if (key.reveal().size() < good_key_bytes) {
        terminal.err << "Warning: so short a key can be guessed by whoever sees its line. Better "
                        "make a new one: spillway keys new\n";
    }
    explain_line(terminal);
    terminal.out << format_key_hash(hash_key(key.reveal())) << "\n";
    return ExitCode::fine;
}

}  // namespace spillway
