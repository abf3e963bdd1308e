"""Completion scripts, made from the argument parser itself so that they can't fall behind it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from nginx_grpc import catalogue
from nginx_grpc.reports import FORMATS

__all__ = ["script"]

_PROGRAM = "nginx-grpc"
_ENGINES = ("embedded", "conftest", "opa", "http://", "https://")

# Words for arguments that argparse has no choices for; all other values are files.
_WORDS = {"format": FORMATS, "engine": _ENGINES}


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """The completion script for a shell: bash, zsh or fish."""
    make = {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell]
    return "\n".join(make(parser)) + "\n"


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _summaries(parser: argparse.ArgumentParser) -> dict[str, str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return {choice.dest: choice.help or "" for choice in action._choices_actions}
    return {}


def _options(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    return (action for action in parser._actions if action.option_strings)


def _words(action: argparse.Action) -> tuple[str, ...]:
    return tuple(action.choices or _WORDS.get(action.dest, ()))


def _positional(name: str, parser: argparse.ArgumentParser) -> tuple[str, ...]:
    if name == "rules":
        return tuple(rule.id for rule in catalogue.rules())
    return next(
        (_words(a) for a in parser._actions if not a.option_strings and a.choices is not None), ()
    )


def _takes_value(action: argparse.Action) -> bool:
    return action.nargs != 0


def _bash(parser: argparse.ArgumentParser) -> Iterator[str]:
    commands = _commands(parser)
    yield f"# bash completion for {_PROGRAM}"
    yield "_nginx_grpc() {"
    yield '    local word words command="" current=${COMP_WORDS[COMP_CWORD]}'
    yield "    local previous=${COMP_WORDS[COMP_CWORD-1]}"
    yield '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do'
    yield f"        case $word in {'|'.join(commands)}) command=$word; break ;; esac"
    yield "    done"
    yield '    case "$command $previous" in'
    for name, command in commands.items():
        for action in _options(command):
            if not _takes_value(action):
                continue
            patterns = "|".join(f'"{name} {option}"' for option in action.option_strings)
            words = " ".join(_words(action))
            reply = (
                f'COMPREPLY=($(compgen -W "{words}" -- "$current"))' if words else "COMPREPLY=()"
            )
            yield f"        {patterns}) {reply}; return ;;"
    yield "    esac"
    yield '    case "$command" in'
    top = " ".join([*commands, *_names(parser)])
    yield f'        "") COMPREPLY=($(compgen -W "{top}" -- "$current")) ;;'
    for name, command in commands.items():
        yield f'        {name}) words="{" ".join(_positional(name, command))}"'
        yield f'            [[ $current == -* ]] && words="{" ".join(_names(command))}"'
        yield '            COMPREPLY=($(compgen -W "$words" -- "$current")) ;;'
    yield "    esac"
    yield "}"
    yield f"complete -o bashdefault -o default -F _nginx_grpc {_PROGRAM}"


def _names(parser: argparse.ArgumentParser) -> list[str]:
    return [option for action in _options(parser) for option in action.option_strings]


def _zsh(parser: argparse.ArgumentParser) -> Iterator[str]:
    commands, summaries = _commands(parser), _summaries(parser)
    yield f"#compdef {_PROGRAM}"
    yield f"# zsh completion for {_PROGRAM}"
    yield "_nginx_grpc() {"
    yield "    local -a commands"
    yield "    commands=("
    for name in commands:
        yield f"        {_quoted(name + ':' + summaries.get(name, ''))}"
    yield "    )"
    yield "    if (( CURRENT == 2 )); then"
    yield "        _describe command commands"
    yield "        return"
    yield "    fi"
    yield "    local command=$words[2]"
    yield '    words=("${(@)words[2,-1]}")'
    yield "    (( CURRENT -= 1 ))"
    yield "    case $command in"
    for name, command in commands.items():
        yield f"        {name})"
        specs = [spec for action in _options(command) for spec in _zsh_specs(action)]
        words = " ".join(_positional(name, command))
        specs.append(_quoted(f"*:argument:({words})" if words else "*:file:_files"))
        yield "            _arguments " + " \\\n                ".join(specs)
        yield "            ;;"
    yield "    esac"
    yield "}"
    yield f"compdef _nginx_grpc {_PROGRAM}"


def _zsh_specs(action: argparse.Action) -> Iterator[str]:
    help_text = (action.help or "").replace("[", "(").replace("]", ")").replace(":", "\\:")
    words = " ".join(word.replace(":", "\\:") for word in _words(action))
    for option in action.option_strings:
        spec = f"*{option}[{help_text}]"
        if _takes_value(action):
            spec += f":{action.dest}:({words})" if words else f":{action.dest}:_files"
        yield _quoted(spec)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _fish(parser: argparse.ArgumentParser) -> Iterator[str]:
    commands, summaries = _commands(parser), _summaries(parser)
    yield f"# fish completion for {_PROGRAM}"
    start = f"complete -c {_PROGRAM}"
    for name in commands:
        yield f"{start} -f -n __fish_use_subcommand -a {name} -d {_fished(summaries.get(name, ''))}"
    for name, command in commands.items():
        seen = f"-n '__fish_seen_subcommand_from {name}'"
        words = " ".join(_positional(name, command))
        if words:
            yield f"{start} {seen} -f -a '{words}'"
        for action in _options(command):
            flags = " ".join(
                f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
                for option in action.option_strings
            )
            values = " ".join(_words(action))
            value = "" if not _takes_value(action) else f" -x -a '{values}'" if values else " -r"
            yield f"{start} {seen} {flags}{value} -d {_fished(action.help or '')}"


def _fished(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
