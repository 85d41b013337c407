while true; do
  echo "waiting for orders"
  sleep 60
done
