/** Scripts that complete `causeway` in a shell, made from the program itself: its commands, their options and summaries. */
import type { Command, Option } from "commander";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

type Level = {
  /** The words that lead here: "", "journal", "journal ls". */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly { readonly flags: readonly string[]; readonly summary: string; readonly takesFile: boolean }[];
};

export function completionScript(program: Command, shell: Shell): string {
  const levels = levelsOf(program, "");
  return { bash, zsh, fish }[shell](levels);
}

function levelsOf(command: Command, path: string): readonly Level[] {
  const level: Level = {
    path,
    commands: command.commands.map((sub) => ({ name: sub.name(), summary: sub.description() })),
    options: [...command.options, { short: "-h", long: "--help", description: "show help" } as Option].map((option) => ({
      flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
      summary: option.description.replace(" (required)", ""),
      takesFile: /<(file|folder)>/.test(option.flags ?? ""),
    })),
  };
  return [level, ...command.commands.flatMap((sub) => levelsOf(sub, `${path} ${sub.name()}`.trim()))];
}

/** Everything that leads to another level, as alternatives of a `case`. */
function paths(levels: readonly Level[]): string {
  return levels
    .filter(({ path }) => path !== "")
    .map(({ path }) => `"${path}"`)
    .join("|");
}

function fileFlags(levels: readonly Level[]): string {
  const flags = levels.flatMap(({ options }) => options.filter(({ takesFile }) => takesFile).flatMap((option) => option.flags));
  return [...new Set(flags)].join("|");
}

function bash(levels: readonly Level[]): string {
  const words = ({ commands, options }: Level) => [...commands.map(({ name }) => name), ...options.flatMap(({ flags }) => flags)].join(" ");
  return `# causeway completion bash: source it, or put it into /etc/bash_completion.d/causeway
_causeway() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" next word words=""
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
    ${fileFlags(levels)}) COMPREPLY=(); return ;;
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    case "$next" in ${paths(levels)}) path="$next" ;; esac
  done
  case "$path" in
${levels.map((level) => `    "${level.path}") words="${words(level)}" ;;`).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _causeway causeway
`;
}

function zsh(levels: readonly Level[]): string {
  const described = (name: string, summary: string) => `'${name.replaceAll(":", "\\:")}:${summary.replaceAll("'", "'\\''")}'`;
  const list = ({ commands, options }: Level) =>
    [
      ...commands.map(({ name, summary }) => described(name, summary)),
      ...options.flatMap(({ flags, summary }) => flags.map((flag) => described(flag, summary))),
    ].join(" ");
  return `#compdef causeway
# causeway completion zsh: put it into a folder of $fpath as _causeway, or source it
_causeway() {
  local path_="" next word
  local -a entries
  case "\${words[CURRENT-1]}" in
    ${fileFlags(levels)}) _files; return ;;
  esac
  for word in "\${(@)words[2,CURRENT-1]}"; do
    next="\${path_:+$path_ }$word"
    case "$next" in ${paths(levels)}) path_="$next" ;; esac
  done
  case "$path_" in
${levels.map((level) => `    "${level.path}") entries=(${list(level)}) ;;`).join("\n")}
  esac
  _describe causeway entries || _files
}
if [ "\${funcstack[1]}" = _causeway ]; then _causeway "$@"; else compdef _causeway causeway; fi
`;
}

function fish(levels: readonly Level[]): string {
  const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const here = (path: string) => quoted(`__causeway_at ${path}`.trim());
  const lines = levels.flatMap(({ path, commands, options }) => [
    ...commands.map(({ name, summary }) => `complete -c causeway -f -n ${here(path)} -a ${name} -d ${quoted(summary)}`),
    ...options.map(({ flags, summary, takesFile }) => {
      const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(" ");
      return `complete -c causeway -n ${here(path)} ${names}${takesFile ? " -r -F" : ""} -d ${quoted(summary)}`;
    }),
  ]);
  return `# causeway completion fish: put it into ~/.config/fish/completions/causeway.fish
function __causeway_at
  set -l path
  for word in (commandline -opc)[2..]
    switch "$path $word"
      case ${levels
        .filter(({ path }) => path !== "")
        .map(({ path }) => quoted(path.includes(" ") ? path : ` ${path}`))
        .join(" ")}
        set path (string trim "$path $word")
    end
  end
  test "$path" = "$argv"
end
${lines.join("\n")}
`;
}
