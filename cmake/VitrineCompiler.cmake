# Compiler, warnings, sanitizers and the libraries that every room may use.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Line numbers are what a backtrace needs; all of the debug information costs as long to write as the code.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
if(VITRINE_SANITIZE)
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1 -DNDEBUG")
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)

add_library(vitrine_options INTERFACE)
target_include_directories(vitrine_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(vitrine_options INTERFACE
  _GNU_SOURCE VITRINE_VERSION="${PROJECT_VERSION}" SPDLOG_FMT_EXTERNAL)
target_compile_options(vitrine_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wimplicit-fallthrough -Werror -fno-omit-frame-pointer
  -fstack-protector-strong -fPIE)
target_link_options(vitrine_options INTERFACE -pie -Wl,-z,relro,-z,now)
target_link_libraries(vitrine_options INTERFACE Threads::Threads)
if(VITRINE_SANITIZE)
  target_compile_options(vitrine_options INTERFACE
    -fsanitize=${VITRINE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(vitrine_options INTERFACE -fsanitize=${VITRINE_SANITIZE})
  target_compile_definitions(vitrine_options INTERFACE VITRINE_SANITIZED=1)
  if(VITRINE_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(vitrine_options INTERFACE -Wno-tsan)  # Asio's fences, which GCC warns of
  endif()
elseif(NOT VITRINE_FUZZ)
  target_compile_options(vitrine_options INTERFACE $<$<CONFIG:RelWithDebInfo>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
endif()
if(VITRINE_FUZZ)
  target_compile_options(vitrine_options INTERFACE -fsanitize=fuzzer-no-link,address,undefined)
  target_link_options(vitrine_options INTERFACE -fsanitize=address,undefined)
endif()
if(VITRINE_COVERAGE)
  target_compile_options(vitrine_options INTERFACE --coverage)
  target_link_options(vitrine_options INTERFACE --coverage)
endif()
