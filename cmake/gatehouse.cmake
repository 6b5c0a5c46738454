# Targets of the project: one library per folder, one test program per library.
#
#   gatehouse_library(NAME FOLDER folder DEPS target…)   every *.cpp of the folder (not of its sub-folders)
#   gatehouse_program(NAME FOLDER folder DEPS target…)   likewise; the binary lies at the top of the build folder
#   gatehouse_tests(NAME FOLDER folder DEPS target…)     every *_test.cpp of test/<folder>, run by ctest as NAME
#   gatehouse_fuzzers(FOLDER folder DEPS target…)        every *_fuzz.cpp of the folder is a program of its own
#
# Sources are globbed with CONFIGURE_DEPENDS: a new file needs no edit here. A folder without sources is tolerated: a
# library is then its headers and what it depends on, a program or a test is left out.

# ccache, when it is there. PCH and ccache need its sloppiness about times; it is set here so that no shell has to.
find_program(GATEHOUSE_CCACHE ccache)
if(GATEHOUSE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${GATEHOUSE_CCACHE})
endif()

add_library(gatehouse_options INTERFACE)
target_include_directories(gatehouse_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_features(gatehouse_options INTERFACE cxx_std_20)
target_compile_definitions(gatehouse_options INTERFACE
  # Nested coroutine frames are recycled instead of allocated; one value for the whole program (ODR).
  BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  SPDLOG_ACTIVE_LEVEL=SPDLOG_LEVEL_DEBUG)
target_compile_options(gatehouse_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wno-missing-field-initializers
  $<$<CXX_COMPILER_ID:Clang>:-Wno-gnu-zero-variadic-macro-arguments>
  # A precompiled header is found again by ccache only when clang writes no time into it, and GCC keeps its #pragma.
  "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>"
  $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>
  # GCC 12 reports uses inside its own coroutine frames and inlined std::string; nothing of ours is behind them.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds -Wno-restrict -Wno-mismatched-new-delete>)

if(GATEHOUSE_SANITIZE)
  target_compile_options(gatehouse_options INTERFACE -fsanitize=${GATEHOUSE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(gatehouse_options INTERFACE -fsanitize=${GATEHOUSE_SANITIZE})
  # UBSan's look at a vptr needs a file descriptor: a process that has run out of them, as one test has it, would be accused.
  if(GATEHOUSE_SANITIZE MATCHES undefined)
    target_compile_options(gatehouse_options INTERFACE -fno-sanitize=vptr)
  endif()
  # Asio's fences are not modelled by TSan; GCC says so 200 times, clang has no such warning.
  target_compile_options(gatehouse_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
endif()

# The precompiled header is built once and reused by every target: a file on Beast compiles in 2 s instead of 7 s.
add_library(gatehouse_pch STATIC ${PROJECT_SOURCE_DIR}/cmake/pch.cpp)
target_link_libraries(gatehouse_pch PUBLIC gatehouse_options Boost::headers OpenSSL::SSL Threads::Threads)
target_precompile_headers(gatehouse_pch PRIVATE ${PROJECT_SOURCE_DIR}/cmake/pch.hpp)

function(gatehouse_library name)
  cmake_parse_arguments(arg "" "FOLDER" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${arg_FOLDER}/*.cpp)
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE gatehouse_options gatehouse_pch ${arg_DEPS})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC gatehouse_options gatehouse_pch ${arg_DEPS})
  target_precompile_headers(${name} REUSE_FROM gatehouse_pch)
endfunction()

function(gatehouse_program name)
  cmake_parse_arguments(arg "" "FOLDER" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${arg_FOLDER}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE gatehouse_options gatehouse_pch ${arg_DEPS})
  target_precompile_headers(${name} REUSE_FROM gatehouse_pch)
  target_compile_definitions(${name} PRIVATE GATEHOUSE_VERSION="${PROJECT_VERSION}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
endfunction()

function(gatehouse_tests name)
  cmake_parse_arguments(arg "" "FOLDER" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/test/${arg_FOLDER}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE gatehouse_options gatehouse_pch gatehouse_test_support ${arg_DEPS})
  target_precompile_headers(${name} REUSE_FROM gatehouse_pch)
  target_compile_definitions(${name} PRIVATE GATEHOUSE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set(limit 300)
  if(GATEHOUSE_SANITIZE)
    set(limit 900)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${limit})
endfunction()

function(gatehouse_fuzzers)
  cmake_parse_arguments(arg "" "FOLDER" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${arg_FOLDER}/*_fuzz.cpp)
  foreach(source ${sources})
    cmake_path(GET source STEM name)
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE gatehouse_options gatehouse_pch ${arg_DEPS})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
  endforeach()
endfunction()
