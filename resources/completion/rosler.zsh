#compdef rosler
# SPDX-License-Identifier: Apache-2.0
# Completion of rosler(1) for zsh.
local -a commands options experiments runs
commands=(train choose ranks resume demo dataset list show export import forecast board bench)
if (( CURRENT == 2 )); then
    compadd -- $commands --help --version
    return
fi
if [[ $words[2] == board ]] && (( CURRENT == 3 )); then
    compadd -- list push run measure console key flash doctor
    return
fi
if [[ $PREFIX == -* ]]; then
    local -a command=($words[2])
    [[ $words[2] == board ]] && command+=($words[3])
    options=(${(f)"$(rosler $command --help 2>/dev/null | grep -oE -- '--[a-z][a-z0-9-]*')"})
    compadd -- $options
    return
fi
case $words[2] in
    train | choose | ranks | forecast)
        experiments=(${(f)"$(rosler list --experiments 2>/dev/null | awk 'NR > 1 {print $1}')"})
        compadd -- $experiments ;;
    resume | show)
        runs=(${(f)"$(rosler list 2>/dev/null | awk 'NR > 1 {print $1}')"})
        compadd -- $runs ;;
esac
_files
