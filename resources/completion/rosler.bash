# SPDX-License-Identifier: Apache-2.0
# Completion of rosler(1) for bash: commands, options as the program tells them, shipped experiments, runs, files.
_rosler()
{
    local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words
    local commands='train choose ranks resume demo dataset list show export import forecast board bench'
    if [ "$COMP_CWORD" = 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$current")
        return
    fi
    if [ "$command" = board ] && [ "$COMP_CWORD" = 2 ]; then
        mapfile -t COMPREPLY < <(compgen -W 'list push run measure console key flash doctor' -- "$current")
        return
    fi
    if [[ $current == -* ]]; then
        [ "$command" != board ] || command="board ${COMP_WORDS[2]}"
        # shellcheck disable=SC2086
        words=$(rosler $command --help 2>/dev/null | grep -oE -- '--[a-z][a-z0-9-]*')
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
        return
    fi
    case $command in
        train | choose | ranks | forecast) words=$(rosler list --experiments 2>/dev/null | awk 'NR > 1 {print $1}') ;;
        resume | show) words=$(rosler list 2>/dev/null | awk 'NR > 1 {print $1}') ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current"; compgen -f -- "$current")
}
complete -o filenames -F _rosler rosler
