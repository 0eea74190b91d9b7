using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Patching;
using Coppice.Client;
using Coppice.Objects;

namespace Coppice.ApiServer.Writes;

/// <summary>What a change asks for.</summary>
/// <param name="Item">In the form of the part that is written; null for nothing more of the object.</param>
/// <param name="IsWhole">The client has sent all of it, and so knows which object it means.</param>
/// <param name="Warnings">What was dropped on the way.</param>
internal sealed record Asked(KubernetesObject? Item, bool IsWhole, IReadOnlyList<string> Warnings)
{
    /// <summary>It says already who owns what of it.</summary>
    public bool IsOwned { get; init; }
}

/// <summary>How to come from the version that is there to the one that is asked for. Tried again on a newer version if need be.</summary>
internal abstract record WriteChange
{
    /// <summary>There need be no object yet: then this makes one, if all of it is written.</summary>
    public virtual bool MayCreate(ServedKind served) => false;

    /// <exception cref="ApiError">It does not apply to this version.</exception>
    public abstract Asked Apply(PendingWrite write, WritePart part, CancellationToken stop);

    /// <summary>A whole version, whatever is there.</summary>
    public sealed record Body(KubernetesObject Item) : WriteChange
    {
        public override bool MayCreate(ServedKind served) => served.IsMadeByUpdate;

        public override Asked Apply(PendingWrite write, WritePart part, CancellationToken stop) => new(Item, IsWhole: true, []);
    }

    /// <summary>A patch of what the part shows of the version that is there.</summary>
    public sealed record Patch : WriteChange
    {
        private readonly PatchType _type;
        private readonly ReadOnlyMemory<byte> _body;
        private readonly IReadOnlyList<string> _strictErrors;

        /// <exception cref="ApiError">BadRequest: it is no JSON.</exception>
        public Patch(PatchType type, ReadOnlyMemory<byte> body)
        {
            _type = type;
            _body = body;
            _strictErrors = Patcher.StrictErrors(type, body);
        }

        public override Asked Apply(PendingWrite write, WritePart part, CancellationToken stop)
        {
            var shown = part.View(write.Request.Served, write.Current ?? throw ApiErrors.NotFound(write.Request.Resource, write.Request.Key.Name));
            var expected = part.Takes(write.Request.Kind);
            var patched = Patcher.Apply(_type, shown.ToJson(), _body, expected.Kind.Schema, stop);
            var decoded = ObjectDecoder.DecodePatched(patched, expected, write.Request.Options.FieldValidation, _strictErrors);
            return new(decoded.Item, IsWhole: false, decoded.Warnings);
        }
    }

    /// <summary>Nothing is asked for but that the object goes.</summary>
    public sealed record Removal : WriteChange
    {
        public override Asked Apply(PendingWrite write, WritePart part, CancellationToken stop) => new(null, IsWhole: false, []);
    }
}
