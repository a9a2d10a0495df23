# bash completion for unrepro

_unrepro() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local options="--format --github --text --json --markdown --sarif --junit --gitlab --html
    --accept --baseline --update-baseline --threads --max-output --max-members --max-fields --max-depth
    --max-time --max-findings --rules --verify-encoding --facts-left --facts-right
    --reference-time --no-color --stats --help"
  COMPREPLY=()
  case $previous in
    --format) COMPREPLY=($(compgen -W "text json markdown sarif junit github gitlab html" -- "$current")); return ;;
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
    quorum)
      ((COMP_CWORD == 2)) && COMPREPLY=($(compgen -W "decide sign verify simulate replay" -- "$current")) && return
      case ${COMP_WORDS[2]} in
        sign) options="--key --job --confirm --output --help" ;;
        verify) options="--policy --threshold --artifact --verifier --resource --level --builder --parameter
          --reference-time --help" ;;
        simulate) options="--seed --csv --json --svg --log --threads --help" ;;
        replay) options="--head --print --help" ;;
        *) options="--policy --results --reference --unsigned --format --reference-time --max-output --max-time
          --evidence --key --verifier --resource --log --no-color --help" ;;
      esac
      ;;
    check) [[ $current == -* ]] && options="--vary --prove --builds --against --source --artifacts --timeout --keep
      --format --text --json --html --accept --baseline --rules --no-color --help" ;;
    show) [[ $current == -* ]] && options="--no-color --help" ;;
  esac
  if [[ $current == -* ]]; then
    ((COMP_CWORD == 1)) && options+=" --version"
    COMPREPLY=($(compgen -W "$options" -- "$current"))
    return
  fi
  ((COMP_CWORD == 1)) && COMPREPLY=($(compgen -W "diff show explain rules quorum check" -- "$current"))
  local IFS=$'\n'
  COMPREPLY+=($(compgen -f -- "$current"))
}
complete -o filenames -F _unrepro unrepro
