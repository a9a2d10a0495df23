# fish completion for unrepro

set -l commands diff show explain rules check
set -l comparing "not __fish_seen_subcommand_from show explain rules check"

complete -c unrepro -n "not __fish_seen_subcommand_from $commands" -a diff -d "Compare two builds"
complete -c unrepro -n "not __fish_seen_subcommand_from $commands" -a show -d "Open one finding of a report"
complete -c unrepro -n "not __fish_seen_subcommand_from $commands" -a explain -d "Say what a cause means"
complete -c unrepro -n "not __fish_seen_subcommand_from $commands" -a rules -d "List and check declarative rules"
complete -c unrepro -n "__fish_seen_subcommand_from rules" -l lint -d "Check the rules"
complete -c unrepro -n "__fish_seen_subcommand_from rules" -l test -d "Run their examples"
complete -c unrepro -n "__fish_seen_subcommand_from explain" -f \
  -a "(unrepro explain --no-color 2>/dev/null | string match -rg '^  ([a-z-]+)')"

complete -c unrepro -n "not __fish_seen_subcommand_from $commands" -a check -d "Build twice and compare"
for each in vary builds against source artifacts timeout keep
  complete -c unrepro -n "__fish_seen_subcommand_from check" -l $each -r
end
complete -c unrepro -n "__fish_seen_subcommand_from check" -l prove -d "Find what triggers each difference"

complete -c unrepro -l help -s h -d "Print help"
complete -c unrepro -l version -d "Print the version"
complete -c unrepro -l no-color -d "No colours"
complete -c unrepro -n $comparing -l format -x -a "text json" -d "What to print on standard output"
complete -c unrepro -n $comparing -l text -r -d "Also write the report as text"
complete -c unrepro -n $comparing -l json -r -d "Also write the report as JSON"
complete -c unrepro -n $comparing -l accept -x -a "equivalent explained" -d "Exit with 0 up to this verdict"
complete -c unrepro -n $comparing -l threads -x -d "Worker threads"
complete -c unrepro -n $comparing -l max-output -x -d "Limit of decompressed bytes"
complete -c unrepro -n $comparing -l max-members -x -d "Limit of archive members"
complete -c unrepro -n $comparing -l max-fields -x -d "Limit of decoded fields"
complete -c unrepro -n $comparing -l max-depth -x -d "Limit of nesting"
complete -c unrepro -n $comparing -l max-time -x -d "Limit of wall time"
complete -c unrepro -n $comparing -l max-findings -x -d "Findings to list"
complete -c unrepro -n $comparing -l rules -r -d "Also ask the rules in this file"
complete -c unrepro -n $comparing -l verify-encoding -d "Re-encode whole compressed streams"
complete -c unrepro -n $comparing -l facts-left -r -d "What is known of the first build"
complete -c unrepro -n $comparing -l facts-right -r -d "What is known of the second build"
complete -c unrepro -n $comparing -l reference-time -x -d "Now, for range checks"
complete -c unrepro -n $comparing -l stats -d "Print what took how long"
