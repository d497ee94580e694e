# Writes OUT, a C++ file with the bytes of TEMPLATES, EN and FR. Called by embed_pages.cmake.
function(bytes_of file name result)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  set(${result} "constexpr unsigned char ${name}[] = {${hex}0};\n" PARENT_SCOPE)
endfunction()

set(arrays)
set(entries)
set(number 0)
foreach(file ${TEMPLATES})
  bytes_of(${file} kTemplate${number} array)
  string(APPEND arrays "${array}")
  get_filename_component(name ${file} NAME)
  string(APPEND entries "      {\"${name}\", Text(kTemplate${number})},\n")
  math(EXPR number "${number} + 1")
endforeach()
bytes_of(${EN} kEn array)
string(APPEND arrays "${array}")
bytes_of(${FR} kFr array)
string(APPEND arrays "${array}")
file(WRITE ${OUT}.new "#include \"${HEADER}\"

#include <cstddef>

namespace ${NAMESPACE} {
namespace {

${arrays}
template <std::size_t size>
std::string_view Text(const unsigned char (&bytes)[size]) {
  return {reinterpret_cast<const char*>(bytes), size - 1};
}

}  // namespace

const tamarack::pages::Bundle& PageBundle() {
  static const tamarack::pages::Bundle bundle{
      \"${DOMAIN}\",
      {
${entries}      },
      Text(kEn),
      Text(kFr),
  };
  return bundle;
}

}  // namespace ${NAMESPACE}
")
file(RENAME ${OUT}.new ${OUT})
