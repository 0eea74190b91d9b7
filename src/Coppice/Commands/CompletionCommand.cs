using System.CommandLine;

namespace Coppice.Commands;

/// <summary>
/// <c>coppice completion SHELL</c>: a few lines for the shell, which ask the program itself what may follow; so they never grow stale.
/// It is asked without a terminal, which it would otherwise set up for itself.
/// </summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _coppice() {
            local line=${COMP_LINE} point=${COMP_POINT}
            mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$point]" "$line" 2>/dev/null </dev/null)" -- "${COMP_WORDS[COMP_CWORD]}")
        }
        complete -o default -F _coppice coppice ./coppice

        """;

    private const string Zsh = """
        #compdef coppice
        _coppice() {
            local -a found
            found=("${(@f)$(${words[1]} "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null </dev/null)}")
            compadd -a found
            [[ ${#found} -gt 0 && -n ${found[1]} ]] || _files
        }
        compdef _coppice coppice ./coppice

        """;

    private const string Fish = """
        function __coppice_words
            set -l words (commandline --tokenize --current-process)
            $words[1] "[suggest:"(commandline --cursor)"]" (commandline --current-buffer) 2>/dev/null </dev/null
        end
        complete --command coppice --arguments '(__coppice_words)'

        """;

    public static Command Describe()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", """
            Print what makes a shell complete coppice's commands and options.

            Examples
              source <(coppice completion bash)
              coppice completion bash > /etc/bash_completion.d/coppice
              coppice completion fish > ~/.config/fish/completions/coppice.fish
            """)
        {
            shell,
        };
        command.SetAction(parsed => Console.Out.Write(parsed.GetValue(shell) switch
        {
            "zsh" => Zsh,
            "fish" => Fish,
            _ => Bash,
        }));
        return command;
    }
}
