# Writes the C++ source OUTPUT that holds page.css and page.js of the folder INPUT.
set(source "#include \"analyzer/html/page.h\"\n\nnamespace unrepro {\n\n")
foreach(kind css js)
  file(READ ${INPUT}/page.${kind} text)
  string(APPEND source "std::string_view page_${kind}() { return R\"~~~(${text})~~~\"; }\n")
endforeach()
string(APPEND source "\n}  // namespace unrepro\n")
file(WRITE ${OUTPUT} "${source}")
