# SPDX-License-Identifier: Apache-2.0
# Holds a firmware image against what is promised of it, and prints its sizes; part of the build of each board.
#
#     cmake -D IMAGE=mps2-an386.elf -D NM=arm-none-eabi-nm -D SIZE=arm-none-eabi-size [-D MOST_FLASH=24000]
#         [-D FRAMES=folder with .su files] -P check_image.cmake
#
# Fails when it needs more flash than MOST_FLASH, or has a heap.
cmake_minimum_required(VERSION 3.25)

function(thousands number variable)
    string(REGEX REPLACE "([0-9])(([0-9][0-9][0-9])+)$" "\\1,\\2" number "${number}")
    while(number MATCHES "[0-9][0-9][0-9][0-9]")
        string(REGEX REPLACE "(,[0-9][0-9][0-9])(([0-9][0-9][0-9])+)$" "\\1,\\2" number "${number}")
    endwhile()
    set(${variable} ${number} PARENT_SCOPE)
endfunction()

execute_process(COMMAND ${NM} ${IMAGE} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
if(symbols MATCHES " (_*(malloc|calloc|realloc|free|sbrk|malloc_r|calloc_r|realloc_r|free_r|sbrk_r))[@\n]")
    message(FATAL_ERROR "${IMAGE} has a heap: ${CMAKE_MATCH_1}")
endif()

execute_process(COMMAND ${SIZE} -A ${IMAGE} OUTPUT_VARIABLE sections COMMAND_ERROR_IS_FATAL ANY)
foreach(section text ARM.exidx data bss noinit stack)
    set(size_${section} 0)
    if(sections MATCHES "\n\\.${section} +([0-9]+)")
        set(size_${section} ${CMAKE_MATCH_1})
    endif()
endforeach()
if(size_text EQUAL 0)
    message(FATAL_ERROR "${IMAGE} is no firmware image")
endif()
math(EXPR flash "${size_text} + ${size_ARM.exidx} + ${size_data}")
math(EXPR static "${size_data} + ${size_bss}")

set(frame "")
if(FRAMES)
    set(most 0)
    file(GLOB_RECURSE files ${FRAMES}/*.su)
    foreach(file IN LISTS files)
        file(STRINGS ${file} lines)
        foreach(line IN LISTS lines)
            if(line MATCHES "^[^\t]*:([^:\t]+)\t([0-9]+)\t" AND CMAKE_MATCH_2 GREATER most)
                set(most ${CMAKE_MATCH_2})
                set(frame ", largest frame ${CMAKE_MATCH_2} (${CMAKE_MATCH_1})")
            endif()
        endforeach()
    endforeach()
endif()

set(of "")
if(MOST_FLASH)
    thousands(${MOST_FLASH} most_flash)
    set(of " of ${most_flash}")
endif()
foreach(number flash static size_noinit size_stack)
    thousands(${${number}} ${number}_text)
endforeach()
get_filename_component(name ${IMAGE} NAME_WE)
message("${name}: flash ${flash_text}${of}, static ${static_text}, for models' work ${size_noinit_text}, "
    "stack ${size_stack_text}${frame}")
if(MOST_FLASH AND flash GREATER MOST_FLASH)
    message(FATAL_ERROR "${IMAGE} needs ${flash_text} bytes of flash, more than ${most_flash}")
endif()
