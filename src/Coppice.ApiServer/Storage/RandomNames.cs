namespace Coppice.ApiServer.Storage;

/// <summary>Names and identifiers that the server makes up.</summary>
internal static class RandomNames
{
    // Kubernetes' alphabet: no vowels and no digits that look like them, so that no words come up.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const int SuffixLength = 5;
    private const int LongestName = 63;

    public static string Suffix(Random random) => string.Create(SuffixLength, random, static (text, source) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = Alphabet[source.Next(Alphabet.Length)];
        }
    });

    /// <summary>A prefix and a random ending, within the length that names may have.</summary>
    public static string Generate(string prefix, Random random) =>
        (prefix.Length > LongestName - SuffixLength ? prefix[..(LongestName - SuffixLength)] : prefix) + Suffix(random);
}
