# The Debian package: target `deb` builds the programs and everything that goes beside them. What can be
# derived (manual pages, completions, SBOM) is made from the program itself, so that it cannot lag behind.

include(GNUInstallDirs)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(made ${CMAKE_BINARY_DIR}/package)
set(scripts ${PROJECT_SOURCE_DIR}/deploy/package)
file(MAKE_DIRECTORY ${made})

find_path(SPILLWAY_CLI11_INCLUDE CLI/CLI.hpp REQUIRED)
find_path(SPILLWAY_JSON_INCLUDE nlohmann/json.hpp REQUIRED)
find_path(SPILLWAY_BOOST_INCLUDE boost/version.hpp REQUIRED)

add_custom_command(
    OUTPUT ${made}/spillway.1 ${made}/spillway.yaml.5
    COMMAND Python3::Interpreter ${scripts}/manual.py $<TARGET_FILE:spillway> ${PROJECT_VERSION} ${made}
    DEPENDS spillway ${scripts}/manual.py ${scripts}/cli_help.py)
add_custom_command(
    OUTPUT ${made}/spillway.bash ${made}/_spillway ${made}/spillway.fish
    COMMAND Python3::Interpreter ${scripts}/completions.py $<TARGET_FILE:spillway> ${made}
    DEPENDS spillway ${scripts}/completions.py ${scripts}/cli_help.py)
add_custom_command(
    OUTPUT ${made}/spillway.spdx.json
    COMMAND Python3::Interpreter ${scripts}/sbom.py ${PROJECT_VERSION} ${made}/spillway.spdx.json
        $<TARGET_FILE:spillway> ${SPILLWAY_BOOST_INCLUDE}/boost/version.hpp
        ${SPILLWAY_JSON_INCLUDE}/nlohmann/json.hpp ${SPILLWAY_CLI11_INCLUDE}/CLI/CLI.hpp
    DEPENDS spillway ${scripts}/sbom.py)
# Debian wants its manual pages and changelogs compressed, without a time of day in them.
add_custom_command(
    OUTPUT ${made}/spillway.1.gz ${made}/spillway.yaml.5.gz ${made}/spillway-sim.1.gz
        ${made}/changelog.gz ${made}/changelog.Debian.gz
    COMMAND gzip -9n < ${made}/spillway.1 > ${made}/spillway.1.gz
    COMMAND gzip -9n < ${made}/spillway.yaml.5 > ${made}/spillway.yaml.5.gz
    COMMAND gzip -9n < ${scripts}/spillway-sim.1 > ${made}/spillway-sim.1.gz
    COMMAND gzip -9n < ${PROJECT_SOURCE_DIR}/CHANGELOG.md > ${made}/changelog.gz
    COMMAND gzip -9n < ${made}/changelog.Debian > ${made}/changelog.Debian.gz
    DEPENDS ${made}/spillway.1 ${made}/spillway.yaml.5 ${scripts}/spillway-sim.1
        ${PROJECT_SOURCE_DIR}/CHANGELOG.md)
string(TIMESTAMP SPILLWAY_PACKAGE_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(${scripts}/changelog.Debian.in ${made}/changelog.Debian @ONLY)

install(TARGETS spillway spillway-sim RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${PROJECT_SOURCE_DIR}/deploy/systemd/spillway.service
    ${PROJECT_SOURCE_DIR}/deploy/systemd/spillway.socket DESTINATION /lib/systemd/system)
install(FILES ${scripts}/spillway.yaml DESTINATION /etc/spillway)
install(DIRECTORY DESTINATION /etc/spillway/keys)
install(FILES ${made}/spillway.1.gz ${made}/spillway-sim.1.gz
    DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${made}/spillway.yaml.5.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${made}/spillway.bash RENAME spillway
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${made}/_spillway DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${made}/spillway.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${made}/spillway.spdx.json ${PROJECT_SOURCE_DIR}/config/spillway.schema.json
    DESTINATION ${CMAKE_INSTALL_DATADIR}/spillway)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/deploy/grafana ${PROJECT_SOURCE_DIR}/deploy/prometheus
    DESTINATION ${CMAKE_INSTALL_DATADIR}/spillway
    FILES_MATCHING PATTERN "*.json" PATTERN "*.yml" PATTERN "*_test.yml" EXCLUDE)
install(FILES ${scripts}/copyright ${made}/changelog.gz ${made}/changelog.Debian.gz
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/spillway)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/spillway
    FILES_MATCHING PATTERN "*.md" PATTERN decisions EXCLUDE PATTERN images EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/config/examples
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/spillway)

# `package` would build the tests first; `deb` needs none of them.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
add_custom_target(deb
    COMMAND ${CMAKE_CPACK_COMMAND} -G DEB --config ${CMAKE_BINARY_DIR}/CPackConfig.cmake
    DEPENDS spillway spillway-sim ${made}/spillway.1.gz ${made}/spillway.bash ${made}/spillway.spdx.json
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR}
    VERBATIM)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME spillway)
set(CPACK_PACKAGE_CONTACT "Spillway maintainers <maintainers@spillway.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
# With a DESTDIR, because the units and /etc/spillway have absolute places.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Applications keep their OpenAI or AzureOpenAI SDK and change one URL.
Spillway answers each request from a deployment that can, keeps to the
tokens per minute that each was bought with, and moves to another region
before the caller notices.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${scripts}/conffiles ${scripts}/postinst ${scripts}/prerm ${scripts}/postrm)
include(CPack)
