using Coppice.ApiServer.Requests;

namespace Coppice.ApiServer.Writes;

/// <summary>Every part that can be written, by the name of its subresource. To add one, add a line.</summary>
internal static class WriteParts
{
    private static readonly WritePart Whole = new MainPart();
    private static readonly WritePart Removal = new DeletionPart();

    private static readonly Dictionary<string, WritePart> BySubresource = new(StringComparer.Ordinal)
    {
        [""] = Whole,
        ["approval"] = new ApprovalPart(),
        ["binding"] = new BindingPart(),
        ["ephemeralcontainers"] = new EphemeralContainersPart(),
        ["eviction"] = new EvictionPart(),
        ["finalize"] = new FinalizePart(),
        ["resize"] = new ResizePart(),
        ["scale"] = new ScalePart(),
        ["status"] = new StatusPart(),
    };

    public static WritePart Of(string subresource) => BySubresource[subresource];

    public static WritePart Of(WriteRequest request) => request.Operation == WriteOperation.Delete ? Removal : Of(request.Subresource);
}
