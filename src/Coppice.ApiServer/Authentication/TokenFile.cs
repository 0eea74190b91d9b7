using System.Text;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects.Authentication;

namespace Coppice.ApiServer.Authentication;

/// <summary>Kubernetes' file of static tokens: lines of token, user, uid and, in quotes with commas between them, groups.</summary>
public static class TokenFile
{
    private const int ColumnsMin = 3;

    /// <param name="name">Of the file, for what is said of it.</param>
    /// <exception cref="FormatException">A line has too few columns, or a quote that does not end.</exception>
    public static IReadOnlyDictionary<string, UserInfo> Parse(string text, string name)
    {
        var users = new Dictionary<string, UserInfo>(StringComparer.Ordinal);
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].TrimEnd('\r');
            if (line.Trim().Length == 0)
            {
                continue;
            }

            var columns = Columns(line) ?? throw new FormatException($"line {i + 1} of {name} has a quote that does not end");
            if (columns.Count < ColumnsMin)
            {
                throw new FormatException($"token file '{name}' must have at least 3 columns (token, user name, user uid), found {columns.Count}");
            }

            // An empty token is nobody's, and of two that are the same the last counts.
            if (columns[0].Length > 0)
            {
                var groups = columns.Count > ColumnsMin ? columns[ColumnsMin].Split(',').Where(group => group.Length > 0) : [];
                users[columns[0]] = Users.Of(columns[1], groups.Append(Users.Authenticated)) with { Uid = columns[2].Length == 0 ? null : columns[2] };
            }
        }

        return users;
    }

    /// <summary>The fields of a line; those in quotes may have commas and doubled quotes. Null if a quote does not end.</summary>
    private static List<string>? Columns(string line)
    {
        List<string> columns = [];
        for (var at = 0; ;)
        {
            var field = new StringBuilder();
            while (at < line.Length && line[at] == ' ')
            {
                at++;
            }

            var isQuoted = at < line.Length && line[at] == '"';
            for (at += isQuoted ? 1 : 0; at < line.Length && (isQuoted || line[at] != ','); at++)
            {
                if (isQuoted && line[at] == '"')
                {
                    if (at + 1 == line.Length || line[at + 1] != '"')
                    {
                        isQuoted = false;
                        continue;
                    }

                    at++;
                }

                field.Append(line[at]);
            }

            columns.Add(field.ToString());
            if (isQuoted || at >= line.Length)
            {
                return isQuoted ? null : columns;
            }

            at++;
        }
    }
}
