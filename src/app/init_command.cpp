#include "app/init_command.hpp"

#include "tools/starter_table.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <ostream>
#include <system_error>

namespace spillway {

namespace {

std::string file_in(const std::string& place) {
    std::error_code none;
    const std::filesystem::path path(place);
    const bool is_folder = std::filesystem::is_directory(path, none);
    return is_folder || !path.has_filename() ? (path / "spillway.yaml").string() : place;
}

/// 0, or what errno said.
int write_new(const std::string& path, Overwrite overwrite) {
    // "x": an existing file is never touched, not even one that appears just now.
    std::FILE* const file = std::fopen(path.c_str(), overwrite == Overwrite::yes ? "w" : "wx");
    if (file == nullptr) { return errno; }
    const std::string_view text = starter_table();
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    const int trouble = written ? 0 : errno;
    return std::fclose(file) == 0 ? trouble : errno;
}

void print_next_steps(const std::string& path, Terminal terminal) {
    terminal.err << "Wrote " << path << ". Next:\n"
                 << "  1. Put the endpoints and deployments you have into it.\n"
                 << "  2. Give it their keys:\n";
    for (const std::string_view variable : starter_variables) {
        terminal.err << "       export " << variable << "=...\n";
    }
    terminal.err << "  3. Find every mistake:  spillway check " << path << "\n"
                 << "  4. Run it:              spillway serve --config " << path << "\n"
                 << "Editors complete it with the schema:  spillway schema > "
                 << (std::filesystem::path(path).parent_path() / "spillway.schema.json").string()
                 << "\n";
}

}  // namespace

ExitCode init(const std::string& place, Overwrite overwrite, Terminal terminal) {
    const std::string path = file_in(place);
    const int trouble = write_new(path, overwrite);
    if (trouble == EEXIST) {
        terminal.err << path << ": error: is there already; --force overwrites it\n";
    } else if (trouble != 0) {
        terminal.err << path << ": error: cannot be written: " << std::strerror(trouble) << "\n";
    }
    if (trouble != 0) { return ExitCode::wrong_input; }
    print_next_steps(path, terminal);
    return ExitCode::fine;
}

}  // namespace spillway
