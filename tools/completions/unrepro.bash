# bash completion for unrepro

_unrepro() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local options="--format --text --json --accept --threads --max-output --max-members --max-fields --max-depth
    --max-time --max-findings --rules --verify-encoding --facts-left --facts-right
    --reference-time --no-color --stats --help"
  COMPREPLY=()
  case $previous in
    --format) COMPREPLY=($(compgen -W "text json" -- "$current")); return ;;
    --accept) COMPREPLY=($(compgen -W "equivalent explained" -- "$current")); return ;;
    --threads | --max-* | --reference-time) return ;;
  esac
  case ${COMP_WORDS[1]} in
    explain)
      if [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "--no-color --help" -- "$current"))
      else
        local causes
        causes=$(unrepro explain --no-color 2>/dev/null | while read -r id title; do [[ -n $title ]] && echo "$id"; done)
        COMPREPLY=($(compgen -W "$causes" -- "$current"))
      fi
      return
      ;;
    rules) [[ $current == -* ]] && options="--lint --test --no-color --help" ;;
    check) [[ $current == -* ]] && options="--vary --prove --builds --against --source --artifacts --timeout --keep
      --format --text --json --accept --rules --no-color --help" ;;
    show) [[ $current == -* ]] && options="--no-color --help" ;;
  esac
  if [[ $current == -* ]]; then
    ((COMP_CWORD == 1)) && options+=" --version"
    COMPREPLY=($(compgen -W "$options" -- "$current"))
    return
  fi
  ((COMP_CWORD == 1)) && COMPREPLY=($(compgen -W "diff show explain rules check" -- "$current"))
  local IFS=$'\n'
  COMPREPLY+=($(compgen -f -- "$current"))
}
complete -o filenames -F _unrepro unrepro
