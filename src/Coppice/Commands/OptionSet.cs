using System.CommandLine;

namespace Coppice.Commands;

/// <summary>The options of a command, in the order in which they are declared.</summary>
internal sealed class OptionSet
{
    private readonly List<Option> _all = [];
    private readonly HashSet<Option> _files = [];

    public IReadOnlyList<Option> All => _all;

    /// <param name="error">What is wrong with a value, in words that follow it; null for a good one.</param>
    public Option<T> Add<T>(Option<T> option, Func<T, string?>? error = null)
    {
        _all.Add(option);
        if (error is not null)
        {
            Require(option, error);
        }

        return option;
    }

    /// <summary>One whose value is a path, which is remembered as an absolute one.</summary>
    public Option<string> AddFile(Option<string> option, Func<string, string?>? error = null)
    {
        _files.Add(option);
        return Add(option, error);
    }

    public bool IsFile(Option option) => _files.Contains(option);

    private static void Require<T>(Option<T> option, Func<T, string?> error) => option.Validators.Add(result =>
    {
        // Where the text was no T at all, the parser has said so.
        if (result.Errors.Any() || result.GetValueOrDefault<T>() is not { } value)
        {
            return;
        }

        if (error(value) is { } message)
        {
            result.AddError($"{option.Name} {value} {message}");
        }
    });
}
