using System.Security.Cryptography;
using System.Text;

namespace Coppice.Configuration;

/// <summary>
/// The name of what a cluster has on its machine outside of its data directory: its tree of cgroups, its nftables table, its CNI
/// network. Of a data directory that was never given one it is derived, so that two clusters never share one by chance.
/// </summary>
internal static class InstanceName
{
    /// <summary>Of the cluster in the usual data directory.</summary>
    public const string Usual = "coppice";

    /// <summary>A name is read by people, in lists of cgroups and tables; the kernel would take more.</summary>
    private const int LengthMax = 40;

    // Characters of the derived part: enough that two directories of one machine never meet.
    private const int DigestLength = 8;

    public static string Of(string dataDirectory, string usualDirectory)
    {
        if (dataDirectory == usualDirectory)
        {
            return Usual;
        }

        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataDirectory)));
        return $"{Usual}_{digest[..DigestLength]}";
    }

    /// <summary>What is wrong with a name; null for a good one. nftables takes no "-" in the name of a table.</summary>
    public static string? Error(string name) =>
        name.Length is > 0 and <= LengthMax && char.IsAsciiLetterLower(name[0]) && name.All(one => char.IsAsciiLetterLower(one) || char.IsAsciiDigit(one) || one == '_')
            ? null
            : $"is no name of an instance: lower case letters, digits and \"_\", a letter first, at most {LengthMax} characters";
}
