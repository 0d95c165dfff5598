# SPDX-License-Identifier: BSD-3-Clause
# pastur_layer(NAME DEPENDS public... PRIVATE private...)
# One library per layer from src/NAME/*.cpp; a new file needs no line in any CMakeLists.
include_guard(GLOBAL)
set(PASTUR_LAYERS "" CACHE INTERNAL "layers, lowest first")

function(pastur_target_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wshadow
    $<$<BOOL:${PASTUR_WARNINGS_AS_ERRORS}>:-Werror>
    # GCC 12 sees an overlap in `"text" + std::string` that is not there (GCC bug 105651).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
    # One rounding per operation on every instruction set: the same bits on every machine.
    -ffp-contract=off)
  if(PASTUR_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${PASTUR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
    target_link_options(${target} PUBLIC -fsanitize=${PASTUR_SANITIZE})
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "EXECUTABLE")
      if(NOT TARGET pastur_keep_modules)
        add_library(pastur_keep_modules OBJECT ${PROJECT_SOURCE_DIR}/tests/support/keep_modules.cpp)
      endif()
      target_sources(${target} PRIVATE $<TARGET_OBJECTS:pastur_keep_modules>)
      target_link_options(${target} PRIVATE -Wl,--export-dynamic-symbol=dlclose)
    endif()
  endif()
endfunction()

function(pastur_layer name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  add_library(pastur_${name} STATIC ${sources})
  set_target_properties(pastur_${name} PROPERTIES LINKER_LANGUAGE CXX EXPORT_NAME ${name})
  add_library(pastur::${name} ALIAS pastur_${name})
  target_include_directories(pastur_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(pastur_${name} PUBLIC cxx_std_20)
  target_link_libraries(pastur_${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE})
  pastur_target_options(pastur_${name})
  set(PASTUR_LAYERS "${PASTUR_LAYERS};${name}" CACHE INTERNAL "layers, lowest first")
endfunction()
