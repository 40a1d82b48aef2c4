//! Start files of shells, and commands that ask for what these have set.

const RICH: &str = r#"
export EDITOR='vi -c "x"' LINES_IN='a
b' UMLAUT=ä
unset GONE
plain="it's \$5 `echo deep`"
readonly FIXED=1
export PATH="$HOME/bin:$PATH"
f() { echo "f got $# and $plain"; g "$@"; }
g() { for x in "$@"; do printf '<%s>' "$x"; done; return 4; }
umask 027
ulimit -c 0
ulimit -n 200
"#;

pub const ZSH: &str = r#"
alias ll='echo aliased' q="printf '%s\n' \"q\"" -g GG='| tr a-z A-Z'
setopt extendedglob nullglob pipefail
h() { case $1 in (^(a|b)) echo other;; (*) ls() { echo inner; }; ls;; esac; print -r -- ${(j:,:)list}; }
list=(1 "two words" '' five)
typeset -A map; map=(k v 'a b' $'c\nd')
typeset -i number=4
typeset -l lower=ABC
typeset -r fixed=2
typeset -U unique; unique=(a a b)
typeset -T TIED_UP tied_up=(x y)
fpath+=(/opt/none)
export -U PATH
export exported_number; typeset -i exported_number=7
autoload -Uz colors zmv
zmodload zsh/datetime
zstyle ':completion:*' menu select=2
hash -d tt=/tmp
hash tool=/opt/none/tool 'odd name=/x y'; date >/dev/null
"#;

pub const BASH: &str = r#"
alias ll='echo aliased' q="printf '%s\n' \"q\""
shopt -s expand_aliases extglob nullglob
h() { case $1 in !(a|b)) echo other;; *) ls() { echo inner; }; ls;; esac; cat <<X
here $1
X
}
export -f h
declare -a list=(1 "two words" [5]=five)
declare -A map=([k]=v ["a b"]='c
d')
declare -i number=4
declare -x -i exported=5
declare -l lower=ABC
declare -n ref=plain
declare -rx both=1
declare -ax exported_list=(1 2)
declare unset_one
export unset_exported
hash -p /opt/none/tool tool; hash date
complete -W 'a
b' -o nospace words; complete -F g other
set -o pipefail
set +o braceexpand
"#;

/// What the profile sets, and the commands that ask for it.
pub const COMMANDS: &[&str] = &[
    "env | sort",
    "f 1 '2 3'",
    "echo \"$plain $EDITOR $LINES_IN $FIXED $GONE\"",
    "FIXED=2; echo not reached",
    "umask; ulimit -c; ulimit -n; ulimit -Hn",
    "echo \"$0 $# $* $-\"; pwd; echo \"$OLDPWD\"",
    "no_such_command",
    "exit 3",
    "sh -c 'kill -9 $$' 2>/dev/null; echo $?",
    "sh -c 'kill -9 $$'",
    "kill -TERM $$",
    "echo 'it'\\''s' \"two\" <<X\nmore\nX",
    "if true; then",
    "sleep 0.01 & wait; echo $?",
    "cat; echo end of input",
    "echo $1; set -- a b; echo $1 $SHLVL; sh -c 'echo $SHLVL'",
    "trap; trap 'echo trapped' EXIT; exit 2",
    "ls -d ~/. | tail -c 7; false; echo after $? $nowhere",
    "cd folder; pwd; cd -; whence -w f g cd 2>/dev/null || type f g cd",
    "(exit 7)",
];

pub const ZSH_COMMANDS: &[&str] = &[
    "typeset -p | grep -vE 'RANDOM|SECONDS|PPID|TTYIDLE| _='",
    "ll; q; echo abc GG; alias -L",
    "typeset -f; typeset -fu | head -3",
    "setopt; set +o; print -r -- $ZDOTDIR-$options[rcs]",
    "h a; h c",
    "print -r -- $list ${(kv)map} $number $lower $unique $TIED_UP; number=1+1; lower=X; tied_up+=(z); print $number $lower $TIED_UP",
    "fixed=3; echo not reached",
    "zmodload; zstyle -L; hash -d; print ~tt $+EPOCHSECONDS",
    "hash -L; tool",
    "colors; print -r -- ${(q)fg[red]} $fpath[-1] ${#fpath}",
    "logout; env | grep -c ZDOTDIR; ls /proc/self/fd | wc -l; dirs; jobs",
    "print -r -- ${(%):-%N} $ZSH_EVAL_CONTEXT $funcstack $0",
    "exit 5",
];

pub const BASH_COMMANDS: &[&str] = &[
    "declare -p | grep -vE 'RANDOM|SECONDS|EPOCH|PID| _='",
    "ll; q; alias",
    "declare -f; declare -F",
    "shopt; set +o",
    "h a; h c; bash -c 'h b'",
    "echo \"${list[@]}\" \"${map[@]}\" ${!map[@]} $number $lower $ref; number=1+1; lower=X; ref=new; echo $number $lower $plain",
    "hash; complete -p; tool",
    "logout",
    "echo {a,b}; false | true; echo $?; echo /none*",
    "echo ${BASH_ENV-none} $BASH_EXECUTION_STRING; bash -c 'echo ${BASH_ENV-none}'",
    "compgen -A variable | grep -i login; ls /proc/self/fd | wc -l; dirs; jobs; hash",
];

/// Profiles that are captured, and what they are about.
pub const PROFILES: &[(&str, &str)] = &[
    ("nothing", ""),
    ("much", RICH),
    ("prints", "echo hello; echo \"it's me\" >&2; printf 'no end'"),
    ("stops at errors", "set -e; export X=1"),
    ("wants all set", "set -u; Y=2"),
    ("goes elsewhere", "cd /usr/share; cd /usr"),
    ("traps", "trap '' HUP; trap 'echo term' TERM"),
    ("has no patterns", "set -f; set -C"),
    ("splits at commas", "IFS=,; x=a,b"),
    ("has lost its path", "PATH=/nowhere"),
];
