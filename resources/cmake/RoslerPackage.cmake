# SPDX-License-Identifier: Apache-2.0
# What is installed besides programs, library and firmware, and the Debian package of it all (./workbench package).
install(DIRECTORY resources/experiments/ DESTINATION ${CMAKE_INSTALL_DATADIR}/rosler/experiments FILES_MATCHING PATTERN *.json)
install(FILES resources/completion/rosler.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME rosler)
install(FILES resources/completion/rosler.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions RENAME _rosler)

find_program(ROSLER_GZIP gzip)
mark_as_advanced(ROSLER_GZIP)
# Installs a text under its name and .gz; the same bytes give the same file.
function(rosler_install_gzipped text destination name)
    set(packed ${CMAKE_BINARY_DIR}/packed/${name}.gz)
    add_custom_command(OUTPUT ${packed} DEPENDS ${text} VERBATIM
        COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/packed
        COMMAND sh -c "\"$1\" -9nc \"$2\" >\"$3\"" sh ${ROSLER_GZIP} ${text} ${packed})
    string(MAKE_C_IDENTIFIER packed_${name} target)
    add_custom_target(${target} ALL DEPENDS ${packed})
    install(FILES ${packed} DESTINATION ${destination})
endfunction()

if(ROSLER_GZIP)
    rosler_install_gzipped(${PROJECT_SOURCE_DIR}/resources/man/rosler.1 ${CMAKE_INSTALL_MANDIR}/man1 rosler.1)
    if(ROSLER_GUI)
        rosler_install_gzipped(${PROJECT_SOURCE_DIR}/resources/man/rosler-workbench.1 ${CMAKE_INSTALL_MANDIR}/man1 rosler-workbench.1)
    endif()
    rosler_install_gzipped(${PROJECT_SOURCE_DIR}/CHANGELOG.md ${CMAKE_INSTALL_DOCDIR} changelog)
endif()
install(FILES resources/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES resources/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME ${PROJECT_NAME})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ${PROJECT_NAME})
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The Rosler Workbench developers <developers@rosler-workbench.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "experiment workbench for neural networks on microcontrollers")
set(CPACK_PACKAGE_DESCRIPTION "Trains dense networks and networks of random sketches (Rosler) side by
side, shows what each keeps and what each costs, and measures them on
microcontroller boards, real or emulated. Holds the window, the command
line, and the firmware of all boards.")
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL OFF)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR}/lib)
# Not linked, and yet used: the window's platform and icons, the face of figures, the emulator of boards.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "qt6-qpa-plugins, libqt6svg6, fonts-dejavu-core, qemu-system-arm")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "qemu-system-misc") # plays one board more
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
