using System.Security.Cryptography;

namespace Coppice.Store.Sqlite;

/// <summary>Says for people what went wrong with the store's files, what it means for their data, and what to do.</summary>
internal static class MediumFailure
{
    public static StoreUnavailableException OnWrite(string directory, SqliteException error) => new(
        error.PrimaryCode switch
        {
            SqliteApi.Full => $"The disk under {directory} is full ({Free(directory)}), so this was not written. "
                + "Nothing was lost; writing goes on by itself when there is room.",
            SqliteApi.IoError => $"The disk under {directory} failed ({error.Message}; {Free(directory)}), so this was not written. "
                + "Nothing was lost; writing goes on by itself when the disk works again. The kernel's log may say more.",
            _ => $"The store in {directory} refused to write ({error.Message}; {Free(directory)}). Nothing was lost.",
        },
        error);

    public static StoreUnavailableException OnOpen(string directory, SqliteException error) => error.PrimaryCode switch
    {
        SqliteApi.Busy => DirectoryLock.InUse(directory, error),
        SqliteApi.Error or SqliteApi.Corrupt or SqliteApi.NotADatabase => Damaged(directory, error.Message, error),
        SqliteApi.Full => new StoreUnavailableException(
            $"The disk under {directory} is full ({Free(directory)}): the store cannot be opened. Nothing was lost; make room and start again.",
            error),
        _ => new StoreUnavailableException($"The store in {directory} cannot be opened: {error.Message}; {Free(directory)}.", error),
    };

    public static StoreUnavailableException NotDecrypted(string directory, CryptographicException error) => new(
        $"The store in {directory} cannot be read: {error.Message}. Nothing was changed and nothing is lost: put back the file of keys "
        + "that the store was last used with, over one that may have been made in its place.",
        error);

    public static StoreUnavailableException Damaged(string directory, string what, Exception? inner = null) => new(
        $"The store {Path.Combine(directory, StoreFile.Name)} is damaged: {what}. It was left as it is. Put back a copy of the whole "
        + $"directory {directory}, or move it away to begin with an empty cluster.",
        inner);

    private static string Free(string directory)
    {
        var mebibytes = new DriveInfo(directory).AvailableFreeSpace / 1048576.0;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{mebibytes:0.#} MiB free");
    }
}
