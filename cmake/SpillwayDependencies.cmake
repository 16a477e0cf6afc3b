# What comes from the distribution. Only minimum versions: Debian 13 ships newer ones.
# deploy/dependencies.sh installs all of it.

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(boost_headers 1.81 REQUIRED CONFIG)
find_package(simdjson REQUIRED)  # calls no other minor version compatible: asked below
if(simdjson_VERSION VERSION_LESS 3.0)
    message(FATAL_ERROR "simdjson ${simdjson_VERSION} is older than 3.0")
endif()
find_package(nlohmann_json 3.11 REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)
# Only ::core is linked: the exposer in ::pull carries a web server with an open CVE.
find_package(prometheus-cpp REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(SQLite3 3.38 REQUIRED)  # unixepoch, STRICT

if(NOT TARGET yaml-cpp::yaml-cpp)
    add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
