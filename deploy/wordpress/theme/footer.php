</main>
<footer class="site-foot">
	<div class="page">© <?php echo esc_html( wp_date( 'Y' ) . ' ' . get_bloginfo( 'name' ) ); ?></div>
</footer>
<?php wp_footer(); ?>
</body>
</html>
