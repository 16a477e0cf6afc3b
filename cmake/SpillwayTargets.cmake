# The functions with which the folders under tests/ declare what they build.

include(GoogleTest)

# What the tsan preset builds.
add_custom_target(thread_tests)

set(SPILLWAY_TEST_ENVIRONMENT
    "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1"
    "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1"
    "TSAN_OPTIONS=halt_on_error=1:suppressions=${PROJECT_SOURCE_DIR}/tests/tsan.supp")

# spillway_add_test(<layer> SOURCES a_test.cpp ... [LIBRARIES spillway_core ...] [LABELS threads])
# One GoogleTest program <layer>_test; every TEST in it is a ctest of its own.
# LIBRARIES defaults to the whole gateway. Label `threads` = also run under ThreadSanitizer.
function(spillway_add_test layer)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES;LABELS")
    if(NOT arg_LIBRARIES)
        set(arg_LIBRARIES spillway::gateway)
    endif()
    add_executable(${layer}_test ${arg_SOURCES})
    target_link_libraries(${layer}_test PRIVATE
        spillway_flags ${arg_LIBRARIES} GTest::gtest_main GTest::gmock)
    target_include_directories(${layer}_test PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    if("threads" IN_LIST arg_LABELS)
        add_dependencies(thread_tests ${layer}_test)
    endif()
    gtest_discover_tests(${layer}_test
        DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 TEST_PREFIX "${layer}."
        PROPERTIES TIMEOUT 120)
    # Lists do not survive in gtest_discover_tests(PROPERTIES): they are set when ctest has the names.
    set(properties ${CMAKE_CURRENT_BINARY_DIR}/${layer}_test_properties.cmake)
    file(WRITE ${properties} "foreach(test IN LISTS ${layer}_test_TESTS)
    set_tests_properties(\${test} PROPERTIES
        LABELS \"unit;${arg_LABELS}\" ENVIRONMENT \"${SPILLWAY_TEST_ENVIRONMENT}\")
endforeach()
")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${properties})
endfunction()

# spillway_add_fuzz(<unit> [LIBRARIES ...])
# Source <unit>_fuzz.cpp defines LLVMFuzzerTestOneInput, corpus/<unit>/ holds its inputs.
# Preset `fuzz` builds the libFuzzer program; everywhere the corpus runs as a ctest.
function(spillway_add_fuzz unit)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBRARIES")
    if(NOT arg_LIBRARIES)
        set(arg_LIBRARIES spillway_core)
    endif()
    set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${unit})
    add_executable(${unit}_fuzz ${unit}_fuzz.cpp)
    target_link_libraries(${unit}_fuzz PRIVATE spillway_flags ${arg_LIBRARIES})
    if(SPILLWAY_FUZZ)
        target_link_options(${unit}_fuzz PRIVATE -fsanitize=fuzzer)
        add_test(NAME fuzz.${unit} COMMAND ${unit}_fuzz -runs=0 ${corpus})
        add_dependencies(fuzzers ${unit}_fuzz)
    else()
        target_sources(${unit}_fuzz PRIVATE replay_corpus.cpp)
        add_test(NAME fuzz.${unit} COMMAND ${unit}_fuzz ${corpus})
    endif()
    set_tests_properties(fuzz.${unit} PROPERTIES
        TIMEOUT 120 LABELS "fuzz" ENVIRONMENT "${SPILLWAY_TEST_ENVIRONMENT}")
endfunction()
