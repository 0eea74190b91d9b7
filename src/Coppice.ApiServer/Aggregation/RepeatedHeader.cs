using System.Text;

namespace Coppice.ApiServer.Aggregation;

/// <summary>
/// The encoding of a header that has several values, which writes each on a line of its own. HttpClient would put them all on one, with
/// commas; who is told of groups in that way takes it for the name of a single one.
/// </summary>
internal sealed class RepeatedHeader(string name) : Encoding
{
    // Of texts that stand for bytes (Latin-1), none has this.
    private const char Between = '\uffff';

    private readonly byte[] _break = Latin1.GetBytes($"\r\n{name}: ");

    /// <summary>All values as one text, for this encoding alone.</summary>
    /// <param name="values">Any text.</param>
    /// <exception cref="HttpRequestException">A header cannot hold one of them.</exception>
    public string Join(IEnumerable<string> values) => string.Join(Between, values.Select(ToBytes));

    public override int GetByteCount(char[] chars, int index, int count) =>
        chars.AsSpan(index, count).ToArray().Sum(one => one == Between ? _break.Length : 1);

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        GetBytes(chars.AsSpan(charIndex, charCount), bytes.AsSpan(byteIndex));

    public override int GetBytes(ReadOnlySpan<char> chars, Span<byte> bytes)
    {
        var at = 0;
        foreach (var one in chars)
        {
            if (one == Between)
            {
                _break.CopyTo(bytes[at..]);
                at += _break.Length;
            }
            else
            {
                bytes[at++] = (byte)one;
            }
        }

        return at;
    }

    public override int GetMaxByteCount(int charCount) => charCount * _break.Length;

    public override int GetCharCount(byte[] bytes, int index, int count) => Latin1.GetCharCount(bytes, index, count);

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
        Latin1.GetChars(bytes, byteIndex, byteCount, chars, charIndex);

    public override int GetMaxCharCount(int byteCount) => Latin1.GetMaxCharCount(byteCount);

    /// <summary>A text whose characters are the bytes of another in UTF-8, as Go sends it.</summary>
    private string ToBytes(string value) => value.Any(c => char.IsControl(c) && c is not '\t')
        ? throw new HttpRequestException($"net/http: invalid header field value for \"{name}\"")
        : Latin1.GetString(UTF8.GetBytes(value));
}
