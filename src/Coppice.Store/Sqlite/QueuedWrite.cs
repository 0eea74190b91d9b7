using Coppice.Store.Encryption;

namespace Coppice.Store.Sqlite;

/// <summary>What the writer thread is asked for, with the promise it keeps.</summary>
internal abstract class QueuedWrite
{
    public sealed class Write(StoreWrite write) : QueuedWrite
    {
        public StoreWrite What { get; } = write;

        /// <summary>Callers go on in their own context, not on the writer thread.</summary>
        public TaskCompletionSource<WriteOutcome> Promise { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Bytes => What switch
        {
            StoreWrite.Create create => create.Value.Bytes.Length,
            StoreWrite.Update update => update.Value.Bytes.Length,
            _ => 0,
        };
    }

    public sealed class Encrypt(ValueEncryption encryption) : QueuedWrite
    {
        public ValueEncryption Encryption { get; } = encryption;

        /// <summary>Kept when every value on the disk is as it says.</summary>
        public TaskCompletionSource Promise { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public sealed class Compact(Revision upTo) : QueuedWrite
    {
        public Revision UpTo { get; } = upTo;

        public TaskCompletionSource Promise { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
