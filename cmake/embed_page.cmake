# Writes the status page's files into one C++ source, as raw string literals:
#   cmake -D directory=src/admin/page -D names=index.html,page.css -D output=page_assets.cpp -P embed_page.cmake

set(type_html "text/html; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_svg "image/svg+xml")

set(entries "")
string(REPLACE "," ";" names "${names}")
list(LENGTH names count)
foreach(name IN LISTS names)
    file(READ "${directory}/${name}" content)
    string(REGEX REPLACE ".*\\." "" extension "${name}")
    set(path "/page/${name}")
    if(name STREQUAL "index.html")
        set(path "/")
    endif()
    string(APPEND entries
        "    PageAsset{\"${path}\", \"${type_${extension}}\", R\"~~(${content})~~\"},\n")
endforeach()

file(WRITE "${output}" "#include \"admin/page_assets.hpp\"

#include <array>

namespace spillway {

std::span<const PageAsset> page_assets() noexcept {
    static constexpr std::array<PageAsset, ${count}> assets = {
${entries}    };
    return assets;
}

}  // namespace spillway
")
