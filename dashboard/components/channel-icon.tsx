import { Globe, type LucideIcon, MessageCircle, Server, Smartphone } from 'lucide-react';
import { valueLabel } from '@/lib/labels';

const ICONS: Record<string, LucideIcon> = {
  web: Globe,
  webview: Smartphone,
  whatsapp: MessageCircle,
  server: Server,
};

/** Where an event happened, as a picture with its name. */
export function ChannelIcon({ channel, className = 'size-4' }: { channel: string; className?: string }) {
  const Icon = ICONS[channel] ?? Globe;
  return <Icon className={className} role="img" aria-label={valueLabel('channel', channel)} />;
}
