using System.Text.RegularExpressions;

namespace Coppice.Tidy;

/// <summary>
/// Nothing outgrows a reader. The limits are ratchets: what is listed as larger may shrink, and an entry that is no longer needed
/// must go.
/// </summary>
public sealed partial class SizeTests
{
    private const int FileLinesMax = 500;
    private const int FunctionLinesMax = 60;
    private const int ProgramLinesMax = 80;

    /// <summary>Larger than the limit, and why that is better than not. File to reason.</summary>
    private static readonly Dictionary<string, string> LargerFiles = new(StringComparer.Ordinal)
    {
    };

    /// <summary>The same for functions: file and name to reason.</summary>
    private static readonly Dictionary<string, string> LargerFunctions = new(StringComparer.Ordinal)
    {
    };

    [Fact]
    public void No_file_is_longer_than_500_lines()
    {
        var larger = Repository.Code.Select(file => (file, Lines: Repository.Lines(file).Length)).Where(one => one.Lines > FileLinesMax).ToList();
        Findings.AssertNone(larger.Where(one => !LargerFiles.ContainsKey(one.file)).Select(one => $"{one.file}: {one.Lines} lines"));
        Findings.AssertNone(LargerFiles.Keys.Except(larger.Select(one => one.file)).Select(file => $"{file} is no longer larger: take it off the list"));
    }

    [Fact]
    public void No_function_is_longer_than_60_lines()
    {
        var larger = Repository.Code.SelectMany(file => Functions(file).Where(one => one.Lines > FunctionLinesMax)).ToList();
        Findings.AssertNone(larger.Where(one => !LargerFunctions.ContainsKey(one.Name)).Select(one => $"{one.Name}: {one.Lines} lines"));
        Findings.AssertNone(LargerFunctions.Keys.Except(larger.Select(one => one.Name)).Select(name => $"{name} is no longer larger: take it off the list"));
    }

    [Fact]
    public void Program_cs_is_a_table_of_contents() =>
        Assert.True(Repository.Lines("src/Coppice/Program.cs").Length <= ProgramLinesMax);

    /// <summary>
    /// Functions with a body in braces, by the layout that all files share: the opening brace alone on a line under a signature, the
    /// closing one in the same column.
    /// </summary>
    private static IEnumerable<(string Name, int Lines)> Functions(string file)
    {
        var lines = Repository.Lines(file);
        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i].TrimStart() != "{")
            {
                continue;
            }

            var column = lines[i].Length - 1;
            var first = i - 1;
            while (first > 0 && Column(lines[first]) > column)
            {
                first--;
            }

            if (Signature().Match(lines[first]) is not { Success: true } signature || NotAFunction().IsMatch(lines[first]))
            {
                continue;
            }

            var last = Array.FindIndex(lines, i, line => line.Length > column && Column(line) == column && line[column] == '}');
            yield return ($"{file} {signature.Groups["name"].Value}", last - first + 1);
        }
    }

    private static int Column(string line) => line.Length - line.TrimStart().Length;

    [GeneratedRegex(@"(?<name>\w+)(<[\w, ]+>)?\(")]
    private static partial Regex Signature();

    [GeneratedRegex(@"^\s*(if|else|for|foreach|while|do|using|lock|switch|catch|try|finally|fixed|return|await|new|var|case|\}|//)\b|\b(class|record|struct|interface|enum|namespace)\b|=>|[^=!<>]=[^=]")]
    private static partial Regex NotAFunction();
}
