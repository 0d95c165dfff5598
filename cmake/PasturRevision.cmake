# SPDX-License-Identifier: BSD-3-Clause
# What a store's provenance says built it: the version and the git revision, "-modified" when the tree differs from it.
set(_revision unknown)
find_package(Git QUIET)
if(Git_FOUND AND EXISTS ${PROJECT_SOURCE_DIR}/.git)
  execute_process(COMMAND ${GIT_EXECUTABLE} describe --always --abbrev=12 --dirty=-modified WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
                  OUTPUT_VARIABLE _revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  # A new commit configures anew.
  if(EXISTS ${PROJECT_SOURCE_DIR}/.git/logs/HEAD)
    set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/.git/logs/HEAD)
  endif()
endif()
set_source_files_properties(${PROJECT_SOURCE_DIR}/src/run/provenance.cpp PROPERTIES COMPILE_DEFINITIONS
  "PASTUR_VERSION=\"${PROJECT_VERSION}\";PASTUR_GIT_REVISION=\"${_revision}\"")
