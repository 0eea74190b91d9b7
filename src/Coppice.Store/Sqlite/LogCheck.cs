using System.Buffers.Binary;

namespace Coppice.Store.Sqlite;

/// <summary>
/// Reads SQLite's write-ahead log as SQLite will, and tells damage from the end that a crash leaves. SQLite takes the commits up to
/// the first frame that does not match its checksum, and passes over the rest in silence. Of a commit that was on its way to the
/// disk any part may be missing, but nothing was written behind it: whole commits behind a break are proof of damage.
/// </summary>
/// <remarks>
/// The format is SQLite's (https://www.sqlite.org/fileformat2.html#walformat). A header of 32 bytes: mark, version, page size,
/// sequence, two salts, two sums. Frames of 24 bytes and a page: page number, size of the file for the last frame of a commit, the
/// salts, two sums that go on from those of the frame before. Frames with other salts are left from before the last checkpoint.
/// </remarks>
internal static class LogCheck
{
    private const int HeaderBytes = 32;
    private const int FrameHeaderBytes = 24;
    private const uint Mark = 0x377f0682;

    /// <exception cref="SqliteException">The log is damaged.</exception>
    public static void Check(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1 << 20);
        var header = new byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
        {
            // Begun and not finished; SQLite confirms the header before it writes the first commit.
            return;
        }

        if (!header.AsSpan().ContainsAnyExcept((byte)0) && file.Length == HeaderBytes)
        {
            return;
        }

        var sums = (First: Word(header, 24), Second: Word(header, 28));
        var bigEndian = (Word(header, 0) & 1) == 1;
        if ((Word(header, 0) & ~1u) != Mark || Word(header, 8) != StoreFile.PageBytes || Sum((0, 0), header.AsSpan(0, 24), bigEndian) != sums)
        {
            throw Damage($"the header of its log {path} does not match its checksum");
        }

        CheckFrames(file, path, header, bigEndian);
    }

    private static void CheckFrames(FileStream file, string path, byte[] header, bool bigEndian)
    {
        var frame = new byte[FrameHeaderBytes + StoreFile.PageBytes];
        var before = (Word(header, 24), Word(header, 28));
        var brokenAt = 0;
        var commitsBehind = 0;
        for (var number = 1; file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length; number++)
        {
            var sums = (Word(frame, 16), Word(frame, 20));
            var ofThisLog = frame.AsSpan(8, 8).SequenceEqual(header.AsSpan(16, 8));
            var whole = ofThisLog && Sum(Sum(before, frame.AsSpan(0, 8), bigEndian), frame.AsSpan(FrameHeaderBytes), bigEndian) == sums;
            if (!whole && brokenAt == 0)
            {
                brokenAt = number;
            }
            else if (whole && brokenAt > 0 && Word(frame, 4) != 0 && ++commitsBehind == 2)
            {
                throw Damage($"its log {path} breaks off at page {brokenAt}, and commits follow that were made after it");
            }

            before = sums;
        }
    }

    private static SqliteException Damage(string what) => new(SqliteApi.Corrupt, $"{what}. {AcknowledgedRevision.HowToGoOn}");

    private static uint Word(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));

    private static (uint First, uint Second) Sum((uint First, uint Second) from, ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        var (first, second) = from;
        for (var i = 0; i < bytes.Length; i += 8)
        {
            var (one, two) = bigEndian
                ? (BinaryPrimitives.ReadUInt32BigEndian(bytes[i..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[(i + 4)..]))
                : (BinaryPrimitives.ReadUInt32LittleEndian(bytes[i..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i + 4)..]));
            first += one + second;
            second += two + first;
        }

        return (first, second);
    }
}
