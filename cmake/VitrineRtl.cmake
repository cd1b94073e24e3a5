# RTL in the build: models by Verilator, benches on them, lint and proofs as ctest cases.
#
# vitrine_verilate(target TOP module SOURCES sv... [PARAMETERS N=V...] [NETLIST])
#     a library: the Verilated model V<module>, its header and the runtime; NETLIST: of what Yosys made of it
# vitrine_rtl_bench(name TOP module SOURCES sv... BENCH cpp... [PARAMETERS N=V...] [DEPS ...] [TIMEOUT s] [NETLIST])
#     a GoogleTest binary <name>_bench on V<module>; ctest case rtl_<name>, label rtl
#     NETLIST: also on what Yosys made of it, netlist_<name>, because Yosys takes some things and gets them wrong
#     (for blocks without wide memories: Verilator takes minutes over those)
# vitrine_rtl_lint(top SOURCES sv... [NAME name] [PARAMETERS N=V...])
#     ctest cases lint_<name> (verilator -Wall) and elaborate_<name> (Yosys takes it), label rtl; name: the top's
# vitrine_formal(name TOP module DEPTH clocks SOURCES sv... [PARAMETERS N=V...])
#     ctest case formal_<name>: sim/formal/prove, label formal
#
# SOURCES are all files of the model, packages first, by path from the repository's root.  The path is what an
# assertion that fails prints, and being relative it lets ccache hit in every checkout.
find_program(VERILATOR verilator REQUIRED)
find_program(YOSYS yosys REQUIRED)
find_program(VITRINE_MAKE make REQUIRED)
execute_process(COMMAND ${VERILATOR} --getenv VERILATOR_ROOT OUTPUT_VARIABLE VERILATOR_ROOT
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
option(VITRINE_TRACE "Models can write FST waves (costs 7 % when idle)" OFF)
option(VITRINE_RTL_COVERAGE "Models count the lines that ran and the bits that toggled" OFF)

set(vitrine_verilator_flags -Wall --assert --x-assign unique --x-initial unique)
set(vitrine_model_definitions VM_TRACE=0 VM_COVERAGE=0)
set(vitrine_runtime_sources verilated.cpp verilated_threads.cpp verilated_cov.cpp)
if(VITRINE_TRACE)
  find_package(ZLIB REQUIRED)
  list(APPEND vitrine_verilator_flags --trace-fst --trace-structs)
  list(APPEND vitrine_runtime_sources verilated_fst_c.cpp)
  list(TRANSFORM vitrine_model_definitions REPLACE VM_TRACE=0 VM_TRACE=1)
endif()
if(VITRINE_RTL_COVERAGE)
  list(APPEND vitrine_verilator_flags --coverage-line --coverage-toggle)
  list(TRANSFORM vitrine_model_definitions REPLACE VM_COVERAGE=0 VM_COVERAGE=1)
endif()

# Verilator's own runtime, compiled once, with its own warnings left to it.
list(TRANSFORM vitrine_runtime_sources PREPEND ${VERILATOR_ROOT}/include/)
add_library(vitrine_verilated STATIC ${vitrine_runtime_sources})
target_compile_options(vitrine_verilated PRIVATE -w)
target_compile_definitions(vitrine_verilated PUBLIC ${vitrine_model_definitions})
target_include_directories(vitrine_verilated SYSTEM PUBLIC
  ${VERILATOR_ROOT}/include ${VERILATOR_ROOT}/include/vltstd)
target_link_libraries(vitrine_verilated PUBLIC Threads::Threads $<$<BOOL:${VITRINE_TRACE}>:ZLIB::ZLIB>)

function(vitrine_verilate target)
  cmake_parse_arguments(arg "NETLIST" "TOP" "SOURCES;PARAMETERS" ${ARGN})
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}.verilated)
  set(archive ${folder}/V${arg_TOP}__ALL.a)
  set(sources ${arg_SOURCES})
  list(TRANSFORM sources PREPEND ${CMAKE_SOURCE_DIR}/)
  if(arg_NETLIST)
    set(netlist ${folder}/${arg_TOP}.v)
    vitrine_chparam(change ${arg_PARAMETERS})
    list(JOIN arg_SOURCES " " files)
    file(MAKE_DIRECTORY ${folder})
    set(synthesise COMMAND ${YOSYS} -q -p "read_verilog -sv ${files}"
      -p "hierarchy -check -top ${arg_TOP}${change}" -p proc -p flatten -p "opt -fast" -p clean
      -p "write_verilog -noattr ${netlist}")
    set(from -Wno-fatal -Wno-lint -Wno-style -Wno-UNOPTFLAT ${netlist})
  else()
    set(from ${arg_PARAMETERS})
    list(TRANSFORM from PREPEND -G)
    list(APPEND from ${arg_SOURCES})
  endif()
  add_custom_command(OUTPUT ${archive}
    ${synthesise}
    COMMAND ${VERILATOR} --cc ${vitrine_verilator_flags} --top-module ${arg_TOP} --prefix V${arg_TOP}
      --Mdir ${folder} ${from}
    # make, not Ninja: which files Verilator writes is known after it ran only.
    COMMAND ${VITRINE_MAKE} -s -j2 -C ${folder} -f V${arg_TOP}.mk "OBJCACHE=$<$<BOOL:${CCACHE}>:${CCACHE}>"
      "CXX=${CMAKE_CXX_COMPILER}" "LINK=${CMAKE_CXX_COMPILER}" OPT_FAST=-O2 OPT_SLOW=-O1 OPT_GLOBAL=-O2
      "USER_CPPFLAGS=-w -fPIE -std=c++20" V${arg_TOP}__ALL.a
    DEPENDS ${sources} ${CMAKE_SOURCE_DIR}/cmake/VitrineRtl.cmake
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    COMMENT "Verilating ${arg_TOP} for ${target}"
    VERBATIM)
  add_custom_target(${target}_model DEPENDS ${archive})
  add_library(${target} INTERFACE)
  add_dependencies(${target} ${target}_model)
  target_include_directories(${target} SYSTEM INTERFACE ${folder})
  target_link_libraries(${target} INTERFACE ${archive} vitrine_verilated)
endfunction()

# Parameters N=V... as Yosys's hierarchy takes them.
function(vitrine_chparam result)
  set(change)
  foreach(parameter IN LISTS ARGN)
    string(REPLACE "=" " " parameter ${parameter})
    string(APPEND change " -chparam ${parameter}")
  endforeach()
  set(${result} "${change}" PARENT_SCOPE)
endfunction()

function(vitrine_rtl_bench name)
  cmake_parse_arguments(arg "NETLIST" "TOP;TIMEOUT" "SOURCES;BENCH;PARAMETERS;DEPS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  set(kinds rtl)
  if(arg_NETLIST)
    list(APPEND kinds netlist)
  endif()
  foreach(kind IN LISTS kinds)
    set(model ${name}_${kind})
    set(bench ${name}_bench)
    set(from)
    if(kind STREQUAL netlist)
      set(bench ${name}_netlist_bench)
      set(from NETLIST)
    endif()
    vitrine_verilate(${model} TOP ${arg_TOP} SOURCES ${arg_SOURCES} PARAMETERS ${arg_PARAMETERS} ${from})
    add_executable(${bench} ${arg_BENCH})
    target_link_libraries(${bench} PRIVATE
      vitrine_options vitrine_bench_support ${arg_DEPS} ${model} GTest::gmock GTest::gtest_main)
    # The archive is rebuilt by a command, which a link dependency alone does not order.
    add_dependencies(${bench} ${model}_model)
    add_test(NAME ${kind}_${name} COMMAND ${bench})
    set_tests_properties(${kind}_${name} PROPERTIES LABELS rtl TIMEOUT ${arg_TIMEOUT})
  endforeach()
endfunction()

function(vitrine_rtl_lint top)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;PARAMETERS" ${ARGN})
  if(NOT arg_NAME)
    set(arg_NAME ${top})
  endif()
  vitrine_chparam(change ${arg_PARAMETERS})
  list(TRANSFORM arg_PARAMETERS PREPEND -G)
  add_test(NAME lint_${arg_NAME}
    COMMAND ${VERILATOR} --lint-only -Wall --assert --top-module ${top} ${arg_PARAMETERS} ${arg_SOURCES}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  list(JOIN arg_SOURCES " " files)
  add_test(NAME elaborate_${arg_NAME}
    COMMAND ${YOSYS} -q -p "read_verilog -sv ${files}; hierarchy -check -top ${top}${change}; proc; check -assert"
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(lint_${arg_NAME} elaborate_${arg_NAME} PROPERTIES LABELS rtl TIMEOUT 300)
endfunction()

function(vitrine_formal name)
  cmake_parse_arguments(arg "" "TOP;DEPTH" "SOURCES;PARAMETERS" ${ARGN})
  add_test(NAME formal_${name}
    COMMAND ${CMAKE_SOURCE_DIR}/sim/formal/prove ${arg_TOP} ${arg_DEPTH} ${CMAKE_BINARY_DIR}/formal/${name}
      ${arg_PARAMETERS} -- ${arg_SOURCES}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(formal_${name} PROPERTIES LABELS formal TIMEOUT 300)
endfunction()
