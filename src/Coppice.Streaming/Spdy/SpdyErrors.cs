namespace Coppice.Streaming.Spdy;

/// <summary>The peer broke SPDY's rules; the connection has ended.</summary>
public sealed class SpdyProtocolException(string message, Exception? inner = null) : IOException($"SPDY: {message}", inner);

/// <summary>One end gave a stream up before its end.</summary>
public sealed class SpdyStreamResetException(SpdyResetStatus status)
    : IOException($"the stream was reset ({status})")
{
    public SpdyResetStatus Status { get; } = status;
}

/// <summary>Why a stream is reset (SPDY draft 3, section 2.6.3).</summary>
public enum SpdyResetStatus
{
    ProtocolError = 1,
    InvalidStream = 2,
    RefusedStream = 3,
    UnsupportedVersion = 4,
    Cancel = 5,
    InternalError = 6,
}

/// <summary>Why a connection ends (SPDY draft 3, section 2.6.6).</summary>
internal enum SpdyGoAwayStatus
{
    Ok = 0,
    ProtocolError = 1,
    InternalError = 2,
}
