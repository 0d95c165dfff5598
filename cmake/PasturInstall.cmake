# SPDX-License-Identifier: BSD-3-Clause
include(CMakePackageConfigHelpers)
set(_targets pastur pastur_command_line)
foreach(layer IN LISTS PASTUR_LAYERS)
  if(layer)
    list(APPEND _targets pastur_${layer})
  endif()
endforeach()
install(TARGETS ${_targets} EXPORT pasturTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS pastur_executable RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/pastur DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY jobs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/pastur/jobs)
install(EXPORT pasturTargets NAMESPACE pastur:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pastur)
configure_package_config_file(cmake/pasturConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/pasturConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pastur)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/pasturConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/pasturConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/pasturConfigVersion.cmake
              cmake/PasturDependencies.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pastur)
