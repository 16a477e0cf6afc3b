// The program: hands its arguments and its terminal to the command line.
#include "app/cli.hpp"

#include <iostream>

int main(int argc, char** argv) {
    const spillway::Terminal terminal{std::cout, std::cerr};
    const spillway::ExitCode code = spillway::run_cli({argv + 1, argv + argc}, terminal);
    return static_cast<int>(code);
}
