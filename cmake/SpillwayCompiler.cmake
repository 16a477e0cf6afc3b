# How our own code is compiled: language, warnings, hardening, sanitizers. Targets opt in by linking
# spillway_flags, so that nothing here reaches third-party code.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

include(CheckPIESupported)
check_pie_supported()

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(SPILLWAY_CCACHE ccache)
if(SPILLWAY_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${SPILLWAY_CCACHE})
endif()

add_library(spillway_flags INTERFACE)
target_compile_options(spillway_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow
    -fstack-protector-strong
    -fPIE)  # wins over CMake's -fPIC for static libraries: nothing of ours can be interposed
target_link_options(spillway_flags INTERFACE -Wl,-z,relro,-z,now)

# _FORTIFY_SOURCE needs an optimising build, and it hides from the sanitizers what they look for.
if(NOT SPILLWAY_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(spillway_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()

# Policy values shared between workers are 16-byte atomics (docs/decisions/0005).
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    target_compile_options(spillway_flags INTERFACE -mcx16)
endif()
target_link_libraries(spillway_flags INTERFACE atomic)

if(SPILLWAY_SANITIZE)
    target_compile_options(spillway_flags INTERFACE
        -fsanitize=${SPILLWAY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
        -D_GLIBCXX_ASSERTIONS)
    target_link_options(spillway_flags INTERFACE -fsanitize=${SPILLWAY_SANITIZE})
    # g++ 12 takes the sized operator delete of Asio's coroutine frames for a mismatch.
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(spillway_flags INTERFACE -Wno-mismatched-new-delete)
    endif()
    # Asio's atomic_thread_fence is what the warning is about; tests/tsan.supp names the false report.
    if(SPILLWAY_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(spillway_flags INTERFACE -Wno-tsan)
    endif()
endif()

if(SPILLWAY_FUZZ)
    target_compile_options(spillway_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
