# Completion of vitrine: asks the program itself, so that it never lags behind.
_vitrine() {
  local current=${COMP_WORDS[COMP_CWORD]} word help path=()
  # The subcommands so far; options and their values are not part of the path.
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == [a-z]* && $word != */* ]] && path+=("$word")
  done
  until help=$("${COMP_WORDS[0]}" "${path[@]}" --help 2>/dev/null); do
    ((${#path[@]})) || return
    unset 'path[-1]'
  done
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(grep -oE -- '(^|[ ,])--?[a-z][a-z-]*' <<<"$help" | tr -d ' ,')" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -W "$(sed -n '/^Subcommands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p' <<<"$help")" -- "$current")
    ((${#COMPREPLY[@]})) || mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -o filenames -F _vitrine vitrine
