# target_names.cmake - write_target_names(FILE): writes the names of all targets of the project to FILE, one
# per line. Only targets that exist when it is called are written.
function(target_names list folder)
    get_property(names DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
    get_property(subfolders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
    foreach(subfolder IN LISTS subfolders)
        target_names(more ${subfolder})
        list(APPEND names ${more})
    endforeach()
    set(${list} ${names} PARENT_SCOPE)
endfunction()

function(write_target_names file)
    target_names(names ${PROJECT_SOURCE_DIR})
    list(JOIN names "\n" text)
    file(WRITE ${file} "${text}\n")
endfunction()
