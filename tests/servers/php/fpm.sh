# PHP-FPM behind nginx. Each stream occupies one of the children.
FPM=$(ls /usr/sbin/php-fpm* | head -1)
cat > fpm.conf <<CONF
[global]
daemonize = no
error_log = /dev/stderr
[www]
listen = $PWD/fpm.sock
user = $(id -un)
pm = static
pm.max_children = 20
catch_workers_output = yes
php_admin_value[error_log] = /dev/stderr
CONF
cat > nginx.conf <<CONF
daemon off;
pid $PWD/nginx.pid;
user $(id -un);
events {}
http {
  access_log off;
  server {
    listen 127.0.0.1:$1;
    location / {
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME $PWD/server.php;
      fastcgi_pass unix:$PWD/fpm.sock;
    }
  }
}
CONF
# FPM leaves the process group, so this ends it with its parent.
setpriv --pdeathsig TERM "$FPM" -R --nodaemonize --fpm-config fpm.conf 2>&1 | cat &
while [ ! -S fpm.sock ]; do sleep 0.1; done
exec /usr/sbin/nginx -p "$PWD" -e stderr -c nginx.conf
