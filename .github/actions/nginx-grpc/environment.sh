# Sourced by the scripts of the action. The working directory is the workspace, which is what a pull
# request wrote: no program, library or module may be found there.
set -euo pipefail

# The folders of $1, a list as PATH is, that stand fast and outside of the workspace.
outside() (
    set -f
    IFS=:
    kept=
    for folder in $1; do
        case $folder in /*) ;; *) continue ;; esac
        found=$(cd -P -- "$folder" 2>/dev/null && pwd -P) || continue
        case $found/ in "$workspace"/*) ;; *) kept=${kept:+$kept:}$folder ;; esac
    done
    printf '%s' "$kept"
)

unset BASH_ENV CDPATH ENV
workspace=$(cd -P -- "$GITHUB_WORKSPACE" && pwd -P)
PATH=$(outside "$PATH")
PATH=${PATH:-/usr/bin:/bin} # an empty one is the working directory
for name in LD_LIBRARY_PATH DYLD_LIBRARY_PATH; do
    kept=$(outside "${!name:-}")
    unset "$name"
    if [ -n "$kept" ]; then export "$name=$kept"; fi
done
# PYTHONPATH above all. Python has an option against them, which the Pythons that pip starts to build
# a package are not given.
unset "${!PYTHON@}"
