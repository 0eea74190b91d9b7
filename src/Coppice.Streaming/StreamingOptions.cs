namespace Coppice.Streaming;

/// <summary>The limits of streamed commands and forwarded ports.</summary>
public sealed record StreamingOptions
{
    /// <value>How long a client may take to open the streams it announced; Kubernetes' 30 seconds.</value>
    public TimeSpan StreamCreationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <value>How long a client may take to say goodbye after all was sent, before the connection is closed under it; 5 seconds.</value>
    public TimeSpan FarewellTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <value>
    /// How long a command whose client has gone may take to come to terms with what was sent to it, while its output is thrown away;
    /// 10 minutes. Then it is let go: it runs on, and finds nobody to print to.
    /// </value>
    public TimeSpan UnattendedTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <value>
    /// How often a WebSocket is told that its server lives; 10 seconds. kubectl gives a connection up after a minute without a sign
    /// of life, and its pings cannot be answered while the container takes no input.
    /// </value>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <value>
    /// How much of one stream is held for a reader who is slower than the network, in bytes; 256 KiB. Beyond it the whole connection
    /// waits, since the peers here do not do SPDY's flow control.
    /// </value>
    public int StreamBufferBytes { get; init; } = 256 * 1024;

    /// <value>How many streams of one connection may be open at once; 2000, a thousand forwarded connections.</value>
    public int MaxStreams { get; init; } = 2000;

    /// <value>The largest control frame and the largest inflated header block, in bytes; 64 KiB. A peer's are a few hundred.</value>
    public int MaxControlFrameBytes { get; init; } = 64 * 1024;

    /// <value>The largest message that has to be whole before it can be decoded (base64, terminal sizes), in bytes; 1 MiB.</value>
    public int MaxMessageBytes { get; init; } = 1024 * 1024;
}
