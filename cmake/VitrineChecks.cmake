# Format and lint as targets: `cmake --build build/release --target format-check lint`.
find_program(CLANG_FORMAT NAMES clang-format-14 clang-format REQUIRED)
find_program(CLANG_TIDY NAMES run-clang-tidy-14 run-clang-tidy)
file(GLOB_RECURSE vitrine_sources CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/host/*.h ${CMAKE_SOURCE_DIR}/host/*.cpp
  ${CMAKE_SOURCE_DIR}/policy/*.h ${CMAKE_SOURCE_DIR}/policy/*.cpp
  ${CMAKE_SOURCE_DIR}/tests/*.h ${CMAKE_SOURCE_DIR}/tests/*.cpp
  ${CMAKE_SOURCE_DIR}/bench/*.h ${CMAKE_SOURCE_DIR}/bench/*.cpp
  ${CMAKE_SOURCE_DIR}/sim/*.h ${CMAKE_SOURCE_DIR}/sim/*.cpp
  ${CMAKE_SOURCE_DIR}/firmware/*.h ${CMAKE_SOURCE_DIR}/firmware/*.cpp)
add_custom_target(format COMMAND ${CLANG_FORMAT} -i ${vitrine_sources})
add_custom_target(format-check COMMAND ${CLANG_FORMAT} --dry-run --Werror ${vitrine_sources})
add_custom_target(lint COMMAND ${CLANG_TIDY} -quiet -p ${CMAKE_BINARY_DIR} "${CMAKE_SOURCE_DIR}/(host|policy)/.*\\.cpp$$"
  USES_TERMINAL)
